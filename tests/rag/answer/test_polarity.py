"""What statements say to yes/no questions, one statement at a time."""

from __future__ import annotations

import pytest

from rag.answer.polarity import StatementInContext, judge_statement
from rag.answer.proposition import Proposition, content_tokens
from rag.answer.statement_parts import read_lead, strip_lead
from rag.answer.synonyms import Vocabulary, is_kind_of, mean_opposite, mean_same

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
Can I bring my poodle? | Dogs are not allowed. | | no
Can I bring my poodle? | Dogs are welcome. | | yes
Can I bring my poodle? | Small dogs are welcome. | | -
Can I bring my dog? | Poodles are welcome. | | -
Is the bungalow heated? | Harbour House is heated. | | -
Can I bring a glass jar into the sauna? | No glass in the sauna or at the pool. | | -
Can I bring a poodle into the sauna? | No animals in the sauna or at the pool. | | no
Can I bring my bicycle into the hall? | Vehicles are not allowed anywhere on the premises. | | no
Are paddle boards allowed? | The ban on paddle boards has been lifted. | | yes
Can my 6-year-old swim alone? | Children under 8 swim with an adult. | | no
Can my 10 year old swim on her own? | Children under 8 swim with an adult. | | yes
May my 13-year-old use the lathe? | Users of the lathe are at least 16; from 12 to 15 they have a trainer. | | yes
May my 11-year-old use the lathe? | Users of the lathe are at least 16; from 12 to 15 they have a trainer. | | no
Can a 14-year-old row without a coach? | Juniors under 16 row with a coach only. | | no
Can my 10 year old swim on her own? | Swimming is not allowed anywhere, except by the three stones. | | -
Can we play music at 23:00? | From 22:00 to 7:00 no music and no generators. | | no
Can I pay by card in the kiosk? | In the kiosk you can pay in cash only. | | no
Is the data kept in Norway? | The data is kept in Finland exclusively. | | no
Can I bring my own canoe? | Canoes can be hired at the kiosk. | | -
Does the cake come with a box? | The box for the cake is sold separately. | | no
Did the members vote for a new roof? | Rejected: 12 for, 18 against. | New roof | no
Did Ines vote for a new roof? | Rejected: 12 for, 18 against. | New roof | -
Is parking free? | Parking is free. | | yes
Is the cake nut free? | The cake contains nuts. | | no
Can I post it folded first? | It can be posted folded. | | yes
Will you brush my poodle? | What we do not do: brush dogs | | no
Can my parrot board with you at 40 years old? | Parrots of any age can board. | | yes
Is the Ida 20 lantern rainproof? | It is not rainproof. | Ida 20 | -
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


def test_a_thing_is_of_its_kind_and_not_the_other_way_round() -> None:
    assert is_kind_of("dachshunds", "dog")
    assert is_kind_of("hamster", "animals")
    assert not is_kind_of("dog", "dachshund")
    assert not is_kind_of("cat", "dog")


@pytest.mark.parametrize(
    ("question", "words", "inverted"),
    [
        ("Is the soup ok for someone who can't have celery?", ("soup", "containing", "celery"), True),
        ("Is the soup celery-free?", ("soup", "containing", "celery"), True),
        ("I had lunch. Can I bring the tray back?", ("return", "tray"), False),
        ("Did the board approve a new fence?", ("approved", "new", "fence"), False),
    ],
)
def test_phrases_are_read_as_the_word_that_means_the_same(
    question: str, words: tuple[str, ...], inverted: bool
) -> None:
    proposition = Proposition.of(question)
    assert (proposition.words, proposition.inverted) == (words, inverted)
