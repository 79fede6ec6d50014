"""What statements say to yes/no questions, one statement at a time."""

from __future__ import annotations

import pytest

from rag.answer.polarity import Proposition, StatementInContext, content_tokens, judge_statement, read_lead, strip_lead
from rag.answer.synonyms import Vocabulary, mean_opposite, mean_same

# question | statement | titles above it | what it says
CASES = """
Are dogs allowed? | Dogs are not allowed. | | no
Are dogs allowed? | No dogs allowed. | | no
Are dogs allowed? | Dogs are welcome in the garden. | | yes
Are dogs allowed in the restaurant? | Dogs are allowed only in the garden. | | no
Are dogs allowed in the garden? | Dogs are allowed only in the garden. | | yes
Are dogs allowed? | Dogs are not allowed in the sauna. | | -
Are cats welcome? | Dogs are welcome, cats are not. | | no
Are guide dogs allowed? | Dogs are not allowed, except guide dogs. | | yes
Are dogs allowed? | Dogs are not allowed, except guide dogs. | | no
Can I smoke on the balcony? | Smoking is prohibited everywhere except on the balcony. | | yes
Can I smoke in the lobby? | Smoking is prohibited in the garage. | | -
Is smoking forbidden on the balcony? | Smoking is not permitted on balconies. | | yes
Is smoking not allowed on the balcony? | Smoking is allowed on the balcony. | | no
Isn't the greenhouse heated? | The greenhouse is heated from May to September. | | yes
Isn't the greenhouse heated? | The greenhouse is not heated. | | no
Is it true that the greenhouse is heated? | The greenhouse is heated. | | yes
Do I have to wear a helmet? | Wearing a helmet is mandatory. | | yes
Do I have to wear a helmet? | Helmets must be worn. | | yes
Do I have to wear a helmet? | Wearing a helmet is optional. | | no
Is a deposit required? | No deposit is required. | | no
Do I need an appointment? | Visits are by appointment only. | | yes
Do I need an appointment? | An appointment is not necessary. | | no
Must visitors be accompanied? | Visitors must always be accompanied by an employee. | | yes
Can I use the printer at night? | The printer must be cleaned every night. | | -
Can guests borrow laptops? | Members can borrow laptops; guests cannot. | | no
Can members borrow laptops? | Members can borrow laptops; guests cannot. | | yes
Can I upload a file of 300 MB? | The maximum upload size is 250 MB a file. | | no
Can I upload 200 MB? | The maximum upload size is 250 MB. | | yes
Can I return shoes after 40 days? | Shoes can be returned within 30 days. | | no
Can I return shoes after 3 weeks? | Shoes can be returned within 30 days. | | yes
Can I rent a bike for 3 hours? | Bikes can be rented for up to 2 hours. | | no
Can I rent a kayak for 3 hours? | Bikes can be rented for up to 2 hours. | | -
Is the warranty 3 years? | The warranty is two years. | | no
Is the warranty 24 months? | The warranty is two years. | | yes
Are you open on Mondays? | We are open from Tuesday to Saturday. | | no
Are you open on Friday? | We are open from Tuesday to Saturday. | | yes
Are you open on Mondays? | Closed on Mondays. | | no
Are you open on Tuesdays? | Closed on Mondays. | | -
Are you open at 7 pm? | We are open from 10 a.m. to 6 p.m. | | no
Are you open at 5 pm? | We are open from 10 a.m. to 6 p.m. | | yes
Do you deliver on Saturdays? | We deliver from Monday to Friday. | | no
May staff work from home on Mondays? | Staff may work from home on Fridays only. | | no
Do you deliver to Norway? | We deliver to Sweden and Norway. | | yes
Do you deliver to Norway? | We deliver to Sweden. | | -
Is the bread vegan? | It is vegan. | Rye bread | yes
Is the bread vegan? | It is vegan. | Butter croissant | -
Does the hotel have a gym? | The hotel gym is not on the ground floor. | | -
Does the hotel have a gym? | The hotel gym is closed for renovation. | | -
Does the contract renew automatically? | The contract does not renew automatically. | | no
Are refunds possible for damaged items? | If an item is damaged, it is not refunded. | | no
Do you accept gift cards online? | Yes, in the shop, but not online. | Do you accept gift cards? | no
Can you fix a flat tyre? | We repair flat tyres. | | yes
"""


@pytest.mark.parametrize("case", [line for line in CASES.splitlines() if line])
def test_a_statement_decides_what_it_holds(case: str) -> None:
    question, text, titles, expected = (part.strip() for part in case.split("|"))
    statement = StatementInContext(text, tuple(content_tokens(titles)))
    judgement = judge_statement(Proposition.of(question), statement, Vocabulary())
    assert {None: "-", True: "yes", False: "no"}[judgement and judgement.affirms] == expected


def test_the_first_word_of_an_answer() -> None:
    answers = ("Yes, on Mondays.", "No. We never do.", "Unfortunately not.", "No dogs are allowed.", "We do not.")
    assert [read_lead(answer) for answer in answers] == [True, False, False, None, None]
    assert strip_lead("Yes, in the shop.") == "In the shop."


def test_words_that_mean_the_same_and_the_opposite() -> None:
    assert mean_same("repairs", "fixing")
    assert mean_same("bicycles", "bike")
    assert not mean_same("lunch", "breakfast")
    assert mean_opposite("indoor", "outdoors")
    assert not mean_opposite("indoor", "wooden")
