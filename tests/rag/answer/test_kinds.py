"""The kind of a question, by its words."""

from __future__ import annotations

from collections import Counter

import pytest

from rag.answer.kinds import choose_format, classify_question

# Labelled by hand before the rules were tuned; a question that two people might label differently is not here.
QUESTIONS = {
    "short": """
        Who approves travel?
        When is tea served?
        How many weeks of paid parental leave are employees entitled to?
        How long is the warranty?
        What is the rate per mile?
        What are the chances of rain?
        Which floor is the office on?
        Which bus does he take?
        what's the wifi password
        ERR-1008
        opening hours sunday
        price of the blue kettle
        warranty bike frame
        phone number reception
        How much does the annual pass cost for a child?
        How often must the filter be changed?
        How far is the station from the hotel?
        How old do you have to be to rent a car?
        how late can i check in
        How soon will I get my refund?
        How tall is the ladder in the shed?
        At what temperature does the alarm go off?
        In which year was the bridge finished?
        To whom do I send the invoice?
        By when do I have to hand in the form?
        Until what time is the pool open on Fridays?
        What does the large tent weigh?
        What colour is the emergency button?
        What is the name of the new chairman?
        Where can I park my bike?
        Where do I find the serial number?
        Whose signature is needed for orders above 5,000 euros?
        Is the meeting on Monday or on Tuesday?
        Do I pay by card or by bank transfer?
        Is breakfast served in the lobby or in the restaurant?
        Can you tell me when the library closes?
        Do you know how much a spare key costs?
        Could you tell me who is responsible for the archive?
        I'd like to know what the deposit is.
        Please give me the address of the Leeds branch.
        What is the maximum load of the lift?
        What is the fine for late return?
        what size are the lockers
        what kind of battery does the remote use
        Which version fixed the printing bug?
        Which is the cheapest plan?
        What is the largest room?
        What percentage of the deposit is kept?
        The trip to Rome: when does the bus leave?
        Who do I call if the heating fails at night?
        If I cancel two days before, how much do I get back?
        minimum age driver
        part number of the drain pump
        What does error E42 mean on the display?
        Who is allowed to sign contracts?
    """,
    "yes-no": """
        Is parking free?
        Are dogs allowed in the reading room?
        Can I bring my own food?
        Do I have to book in advance?
        Does the kettle have a limescale filter?
        Did the committee approve the budget?
        Was the crack visible before the flight?
        Have the fees changed since last year?
        Has the manual been translated into Polish?
        Will I be charged if I do not show up?
        Would a cracked screen be covered?
        Should the valve be closed before cleaning?
        Must visitors sign in?
        May children under 12 use the sauna?
        Isn't the museum closed on Mondays?
        Don't I need a passport?
        Can't I pay in cash?
        is it possible to extend the loan
        are there showers
        any discount for students?
        Can I return a sale item without the receipt?
        Could a trainee run the press alone?
        The lift is out of order, isn't it?
        You deliver to Norway, right?
        Am I insured on the way to work?
        Do you ship to Ireland, and is it free?
        So is overtime paid?
        Does it matter whether I cancel or not?
        I want to know whether the hall has wheelchair access.
        Can you tell me if the course includes lunch?
        Is there a limit on the number of guests?
        Were any passengers hurt?
        Do part-time employees earn sick leave?
        is the X200 waterproof
        Is it true that the pool closes at noon on holidays?
        Can a password be shorter than ten characters?
    """,
    "explain": """
        Why was the flight cancelled?
        Explain the leave policy.
        What happens if I miss the deadline?
        What does comp time mean?
        How does the heat pump work?
        How do I reset my password?
        How can I get a refund for a faulty lamp?
        how to descale the coffee machine
        How should I store the paint?
        How is the bonus worked out?
        How are complaints handled?
        How did the fire start?
        How come my card was declined?
        Describe the application process.
        Summarise the report on the accident.
        Summarize what was decided about the roof
        Tell me about the volunteer programme.
        Can you explain the point system?
        Could you describe how the claims are checked?
        Give me an overview of the insurance.
        What is the purpose of the second valve?
        What is the reason for the new fee?
        What happened on the night of the storm?
        What will happen to my points when I leave?
        What should I do if the alarm goes off?
        What do I do when the paper jams?
        What causes the blue screen?
        For what reason was the tender withdrawn?
        How would a merger affect my contract?
        in what way does the new rule differ for nurses and why
        What is meant by gross misconduct?
        How do you make a claim?
        Walk me through the handover.
        what went wrong with the delivery in May
        why is the water brown
    """,
    "list": """
        List the holidays.
        Which countries were founding members?
        What documents do I need?
        Name three rivers of France.
        What are the steps to register a bike?
        What are the requirements for a grant?
        What should I bring to the first lesson?
        Which languages does the guide speak?
        Which printers do you have?
        What types of leave are there?
        What items are not accepted at the depot?
        Give me all dates of the autumn course.
        Show all tents under 200 euros.
        What tools are needed for the assembly?
        Who are the members of the board?
        Enumerate the safety rules for the press.
        Which courses are held in June?
        What is included in the price?
        What does the starter kit contain?
        What must not be put in the dishwasher?
        What are my duties after the last shift?
        Which of the rooms have a projector?
        what ingredients are in the pesto
        Which steps come before the final inspection?
        What are the advantages of membership?
    """,
    "compare": """
        What is the difference between leave and comp time?
        Compare the basic and the family plan.
        Which is cheaper, the X200 or the X300?
        How does the Alpine tent compare with the Trek tent?
        What's the difference in warranty between the pump and the motor?
        Basic plan vs family plan
        Is the X200 lighter than the X300?
        In what do the two contracts differ?
        How do the 2023 and the 2024 policies differ?
        Which has the longer battery life: Nova or Luma?
        Who earns more leave, nurses or drivers?
        Is the day ticket better than the ten-ride card?
        differences between standard and express delivery
        What distinguishes the pro version from the free one?
        Does the A4 use more power than the A3?
    """,
}
# As people type: asides, keywords, without a question mark. Labelled before the rules had seen them.
TYPED = {
    "short": """
        what time does the pharmacy shut on sundays
        Any idea when the next boiler inspection is?
        whats the max weight for the cargo bike
        And who do I ring if the alarm goes off at night?
        dosage paracetamol child 20 kg
        Ok so what's the deductible on the premium plan?
        How many credits does the statistics course give
        I was wondering what the guest wifi is called.
        is the pickup at the front desk or at the back gate?
        Got a leak in flat 12, who should I contact?
        postcode of the Leeds depot
        how much for two adults and a child
        Which of the vans has the most seats?
        Under which account number do I book travel?
        what is the serial number format
        When, by the way, did the merger go through?
        phone nr of the vet on call
        Remind me what the late fee is
    """,
    "yes-no": """
        is it ok to park on the lawn
        Any idea whether the pool is heated?
        can i bring my own laptop
        do u accept american express
        Would it be possible to move my appointment to Friday?
        And what if I'm vegetarian, is there something for me?
        I'd like to know whether the contract renews by itself.
        Is it true that the lift is out of order?
        are we allowed to work from abroad
        Wondering if the course counts towards the diploma.
        so refunds are possible after 30 days?
        Has anyone signed off the budget yet
        May students borrow tablets over the holidays?
        You deliver to islands, don't you?
        am i covered if i drive my brothers car
    """,
    "explain": """
        how come the invoice is higher this month
        tell me everything about the maternity scheme
        And what if the client doesn't pay in time?
        what should i do when the screen freezes
        Why do we rotate the tyres?
        Describe the onboarding of a new supplier.
        How does the heat pump know when to defrost?
        how is the bonus worked out
        Can you walk me through the return of a rental car?
        what happens to my pension if i move abroad
        The printer shows E5, now what?
        Give me a summary of the fire drill rules.
        reason for the delay of line 4
        What's the point of the second signature?
    """,
    "list": """
        which documents do I need for a passport
        What are the side effects of the ointment?
        List every supplier that delivers on Mondays
        what all is included in the spa package
        name the members of the audit committee
        Which plants are poisonous to cats?
        ingredients of the house dressing
        Give me all the rooms with a projector
        what do I have to bring to the exam
        Which languages does the app support?
    """,
    "compare": """
        basic vs pro plan
        How does the 2024 policy differ from the 2022 one?
        What's the difference between sick leave and care leave?
        Which is faster, the ferry or the bridge?
        compare the north and the south campus
        Is the gel or the tablet cheaper?
    """,
}
# With what leads up to the question, codes and editions. Labelled before the rules had seen them; these knew 48 of 67
# then.
LED_UP_TO = {
    "short": """
        How long is the warranty on the dishwasher?
        who signs off overtime
        Where do I leave the keys on Sunday?
        what's the deposit for a locker
        By when must the tax form be handed in?
        Which platform does the 8:15 leave from?
        Which colour is the fuse for the wipers?
        I lost my badge, who do I call?
        opening hours of the pool on public holidays
        What is the code for a blocked pump?
        at what temperature is the milk stored
        Whose signature is needed on an invoice?
        how far from the fence can I park
        My train is late. What number can I ring?
        When's the last day I can return it?
        Which of the two depots has a crane?
        What are the opening times of the tip?
        What are the times of the tours?
        What are the opening and closing times of the pool?
        What do I pay for a second copy?
        how do you spell the director's name
        What is the procedure number for crane checks?
    """,
    "yes-no": """
        Is the sauna open in July?
        i have a dog, can i rent the cabin
        my order is 40 euros, do i get free shipping
        Could a minor sign up without a parent?
        so the fee is refundable?
        are there showers at the club house or not
        Do I still need the old form?
        we're three people, is the small boat enough
        The pump is still under warranty, isn't it?
        Would a bike fit in the lift?
        Should the valve be closed during the night?
        is it ok to pay with a foreign card
    """,
    "explain": """
        Why was the east gate closed?
        How does the heat pump defrost itself?
        What happens if I miss the second inspection?
        Tell me about the pension scheme
        what went wrong with the March delivery
        How is the bonus worked out?
        What does "net of tax" mean here?
        What is the thinking behind the new shift plan?
        What led to the recall?
        i broke a vase in the flat, what now
        What was the bridge built for?
        On what grounds was the permit refused?
    """,
    "list": """
        Which documents do I need for the visa?
        What do I have to pack for the course?
        what's included in the premium plan
        Name all members of the safety committee.
        Which groups travel free of charge?
        What must a driver check before setting off?
        Steps for changing the filter
        What do I have to bring along to the interview?
        Things we must not throw in the drain?
        Who is on the board and who is a deputy?
        Which ingredients are in the green sauce?
        what do i have to do before closing the shop
    """,
    "compare": """
        A2 or A3: how do they differ?
        M-20 or M-30, what's the difference?
        compare shift 1 / shift 2
        What's cheaper, the day pass or the ten-trip card?
        What has changed about holidays since the 2022 agreement?
        Is the north office bigger than the south office?
        Is posting a parcel cheaper at the kiosk or at the depot?
        blue card vs green card
        whats heavier, the steel frame or the alu one
        Which has the longer guarantee: model P or model Q?
        How do the 2019 terms differ from the 2024 ones?
    """,
}
LABELLED = [
    (kind, line.strip())
    for questions in (QUESTIONS, TYPED, LED_UP_TO)
    for kind, text in questions.items()
    for line in text.strip().splitlines()
]


def test_the_words_of_a_question_tell_its_kind() -> None:
    wrong = Counter((kind, classify_question(question)) for kind, question in LABELLED)
    right = sum(count for (kind, said), count in wrong.items() if kind == said)
    assert len(LABELLED) > 270
    assert right / len(LABELLED) >= 0.97, [item for item in wrong.items() if item[0][0] != item[0][1]]


@pytest.mark.parametrize("choice", ["short", "yes-no", "explain", "list", "compare", "sentence"])
def test_a_choice_is_final(choice) -> None:
    assert choose_format(choice, "Why is tea served?") == choice
    assert choose_format("auto", "Why is tea served?") == "explain"
