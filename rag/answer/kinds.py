"""The kind of a question, which decides how it is answered, and the format of its answer."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, get_args

from ingest.sentences import sentence_spans

QuestionKind = Literal["short", "yes-no", "explain", "list", "compare"]
AnswerFormat = Literal["short", "yes-no", "explain", "list", "compare", "sentence"]
FormatChoice = Literal["short", "yes-no", "explain", "list", "compare", "sentence", "auto"]
FORMAT_CHOICES: tuple[str, ...] = get_args(FormatChoice)


def choose_format(choice: FormatChoice, question: str) -> AnswerFormat:
    """Return the format of an answer: the choice, or for "auto" the one of the question's kind."""
    return classify_question(question) if choice == "auto" else choice


def kind_of(answer_format: AnswerFormat) -> QuestionKind:
    """Return the kind of question that a format answers; a sentence is a longer short answer."""
    return "short" if answer_format == "sentence" else answer_format


def classify_question(question: str) -> QuestionKind:
    """Return the kind of a question, by rules over its words.

    "yes-no" asks whether something is so, "explain" for a reason, a way or a summary, "list" for several things,
    "compare" for the differences of two. Any other, such as who, when and how many, a code or a few words, is "short".

    Of questions from other sources, 88% of SQuAD's and 94% of Natural Questions' are "short" (most of the others do ask
    why, how or for several things), and 98% of BoolQ's are "yes-no".
    """
    # "I lost my badge, who do I ring?" asks after the comma, where a statement comes before it.
    core = _SITUATION.sub("", core_question(question))
    if _COMPARED.search(question):
        return "compare"
    if _WHETHER.search(question) or _WHETHER.search(core) or _YES_NO.search(core):
        return "short" if _CHOICE.search(core) else "yes-no"
    if _STEP_LIST.search(core):
        return "list"
    if _EXPLAINED.search(core) or _STEPS.search(core):
        return "explain"
    return "list" if _SEVERAL.search(core) else "short"


@lru_cache(maxsize=1024)
def core_question(question: str) -> str:
    """Return the words that ask, without what leads up to them.

    >>> core_question("My order is late. Can you tell me when it arrives?")
    'when it arrives?'
    >>> core_question("If it rains, is the tour cancelled?")
    'is the tour cancelled?'
    """
    core = asking_sentence(question)
    while (rest := _POLITE.sub("", _CLAUSE.sub("", core))) != core:
        core = rest
    return core


def asking_sentence(question: str) -> str:
    """Return the sentence that asks: of several the last with a question mark; a code after it is none."""
    sentences = [question[start:end] for start, end in sentence_spans(question)]
    return next((text for text in reversed(sentences) if text.endswith("?")), question).strip()


def asks_for_steps(question: str) -> bool:
    """Tell whether a question asks what somebody has to do, which a list of steps answers."""
    core = core_question(question)
    return _STEPS.search(core) is not None or _STEP_LIST.search(core) is not None


def asks_for_things(question: str) -> bool:
    """Tell whether a question asks which things there are, of which a single one is no answer."""
    return _THINGS.match(core_question(question)) is not None


# What comes before the question itself: "If it rains, is ..." and "The trip to Rome: when ...".
_CLAUSE = re.compile(
    r"""^(?:(?:what\ if|if|when|once|after|before|during|while|since|as|for|with|in|on|at|from|under|of)\b[^,?]*,\s+
    | [^:?]{2,60}:\s+)
    (?=(?:wh\w+|how|is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|had)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_SITUATION = re.compile(
    r"""^(?!(?:wh\w+|how|is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|am|tell|explain
      |describe|list|name|show|give)\b)[^,?]+,\s+
    (?:(?=(?:when|where|how|who|what|why)\b)
      |(?=(?:is|are|am|was|were|do|does|did|can|could|may|must|should|will|would|has|have)\ \w+\ \w+\ ))""",
    re.IGNORECASE | re.VERBOSE,
)
_POLITE = re.compile(
    r"""^\W*(?:
      (?:and|but|so|or|also|then|now|ok|hi|hello|please|kindly|quick\ question)\b[\s,:]+
    | (?:can|could|would|will)\ (?:you|someone|anyone|anybody|somebody)\ (?:please\ )?
      (?=(?:tell|explain|describe|list|name|show|give|say|summari[sz]e|compare|walk|help|define|outline)\b)
    | (?:do|does|would)\ (?:you|anyone|anybody|someone)\ (?:happen\ to\ )?know\ (?=wh|how|if)
    | (?:i\ (?:want|need|have|would\ (?:like|love))|i['’]d\ (?:like|love))\ to\ know\ (?=wh|how|if)
    | (?:i\ (?:wonder|am\ wondering|was\ wondering)|i['’]m\ wondering|any\ idea)\ (?=wh|how|if)
    | (?:please\ )?(?:tell|remind)\ (?:me|us)\ (?!(?:all\ |everything\ )?about\b|something|more)
    | help\ me\ (?:to\ )?(?:understand|find\ out)\ (?=wh|how|if)
    )""",
    re.IGNORECASE | re.VERBOSE,
)

_COMPARED = re.compile(
    r"""\b(?:compares?|comparison|versus|vs(?!\.?\ \d))\b
    | \bdiffer(?:s|ed)?\ from\b | \bdifferences?\ (?:\w+\ ){0,5}?between\b | \bdistinguish(?:es)?\ .+\ from\b
    | \b(?:how|in\ what)\b.*\ (?:and|two|both)\ .*\bdiffer\b | ^\W*(?:which|what)\ of\ the\ two\b.*\b\w{2,}er\b
    # "A or B: how do they differ?", "What has changed since 2022?"
    | \b(?:or|and)\b.*[,:;]\ (?:how\b.*\bdiffer|what\b.*\bdifferences?)\b
    | ^\W*what(?:\ has|['’]?s)?\ changed\b.*\bsince\b
    | \bhow\ much\ (?:more|less|\w{2,}er)\b.*\bthan\b | \bsets\b.+\bapart\ from\b
    | \bin\ what\ (?:do|does|did)\b.*\bdiffer\b
    # "lighter than the X300", and not "shorter than ten"
    | ^\W*(?:is|are|was|were|do|does|did|has|have|will|would)\b.*
      \b(?:\w{2,}er|more|less|better|worse)\ (?:[\w-]+\ ){0,3}?than\ (?!\d|(?:an?|one|two|three|four|five|six|seven
      |eight|nine|ten|twelve|half|usual|normal|average|that|this|expected|planned|once|just|only|zero|twenty|thirty|forty
      |fifty|sixty|ninety|hundred)\b)
    # "Which is cheaper, A or B?"
    | \b(?:which|who|what)(?:['’]?s|(?:\ [\w-]+|\ of\ (?:\w+\ ){1,4}?)?\ (?:\w+s|are|were|have))\ (?:the\ |an?\ )?
      (?:\w{2,}er|more|less|better|worse)\b.*\bor\b
    | ^\W*(?:is|are|was|were|does|do)\b.*\bor\ (?:the\ |an?\ )?[\w-]+\ (?:\w{2,}er|better|worse)\W*$
    # "Is parking cheaper at A or at B?"
    | ^\W*(?:is|are|was|were|does|do)\b.*\b(?:\w{2,}er|more|less)\ (?:\w+\ )?
      (?P<at>at|in|with|from|by|on|under|for)\b.*\bor\ (?P=at)\b
    | \bor\b.*\b(?:which|who|whose)\b.*\b(?:\w{2,}er|more|less|better|worse)\b""",
    re.IGNORECASE | re.VERBOSE,
)

_YES_NO = re.compile(
    r"""^\W*(?:is|are|am|was|were|do|does|did|can|could|may|might|must|shall|should|will|would|has|have|had|cannot
      |(?:is|are|was|were|do|does|did|ca|could|must|should|wo|would|has|have|had|need)n['’]t|any)\b
    | ,\ (?:right|correct|yes|no)\W*$
    # A statement with a question mark.
    | ^(?!.*\b(?:wh\w+|how)\b|\W*(?:things|items|people)\b)
      (?:\S+\ ){1,9}?(?:is|are|was|were|does|do|did|can|could|must|should|will|has|have)\ .*\?$
    | ,\ (?:is|are|was|were|do|does|did|can|could|must|should|will|wo|ca|would|has|have|had)(?:n['’]t)?
      \ (?:i|you|he|she|it|we|they|there)(?:\ not)?\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_WHETHER = re.compile(
    r"""\b(?:tell\ (?:me|us)|know|see|check|confirm|wonder(?:ing)?|clear|sure|find\ out|question\ is|idea)
    \ (?:if|whether)\b | ^\W*whether\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Alternatives at the end: "free or paid?", "on Monday or on Tuesday?". What may be done is a question of yes or no.
_CHOICE = re.compile(
    r"""^\W*(?:is|are|am|was|were|do|does|did|will|should|shall|must|has|have)\b.*\b(?:
      or\ (?:on|in|at|by|to|from|for|with|after|before|the|an?|rather|only|just)\b(?!\ not\b)[^,]*
    | or\ (?!not\b)[\w'’-]+)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)

_PERSON = (
    r"(?:i|we|you|one|they|he|she|someone|somebody|people|staff|employees|customers|users|members|visitors|guests)"
)
_STEPS = re.compile(
    rf"""\bhow\ to\b | \bhow\ (?:do|can|could|should|must|shall|would|may)\ {_PERSON}\b
    | \bwhat\ (?:do|should|must|can|shall|am|is|are|does|has|have)\ (?:{_PERSON}|the\ \w+)?\ ?
      (?:(?:supposed|meant|to|have|need)\ )*do\b
    | \bwhat\ (?:has|have|needs?|is|are|must|should)\ (?:to\ )?be\ done\b""",
    re.IGNORECASE | re.VERBOSE,
)
_STEP_LIST = re.compile(
    r"""^\W*(?:the\ |all\ )?(?:steps|instructions|checklist|procedure)\b | \bstep\ by\ step\b
    | \b(?:what|which|the|all)\ (?:\w+\ )?steps\b""",
    re.IGNORECASE | re.VERBOSE,
)
_EXPLAINED = re.compile(
    rf"""\bwhy\b | \bfor\ what\ reason\b | \bwhat\ for\b | ^\W*(?:the\ )?reasons?\ (?:for|behind)\b
    | ^\W*what\ if\b | \b(?:now\ what|what\ now|what\ then)\W*$
    | \bhow\ (?:do|does|did|can|could|should|shall|would|will|must|may|might|is|are|was|were|am|has|have|had|to|come|i
      |we|you)\b(?!\ (?:you\ )?(?:called|spelled|spelt|spell)\b)
    | ^\W*(?:explain|describe|tell\ (?:me|us)|summari[sz]e|define|outline|elaborate|walk\ (?:me|us)|clarify)\b
    | \b(?:an?\ |the\ )?(?:overview|summary|explanation|description|outline)\ (?:of|about|on|for)\b
    | \bwhat\ (?:happens|happened|(?:will|would|could|can|might|should)\ happen|went\ wrong|causes?|caused|led\ to
      |is\ meant\ by|is\ behind|(?:does|do|did)\ .+\ mean)\b
    | \bwhat(?:\ is|\ was|\ are|\ were|['’]?s)\ the\ (?:purpose|reason|meaning|point|idea|role|rationale|cause
      |background|consequences?|effects?|implications?|process|procedure|policy|rule|thinking|argument|motivation)s?
      (?=\ (?:for|of|to|in|on|about|against|behind|with|when|if|that|here|now|there)\b|\W*$)
    | \bwhat\ (?:is|was|are|were)\ .+\ for\W*$ | \bon\ what\ grounds\b
    | \bwhat\ (?:do|should|must|can|shall)\ {_PERSON}\ do\b
    | \bwhat\ (?:do|does|did)\ .+\ (?:say|think|discuss|conclude|talk|argue|recommend|agree)\ (?:about|on|of|in|with)\b
    # A definition: "What is comp time?"
    | ^\W*what(?:['’]s|\ is|\ are)\ (?:an?\ )?
      (?!\w+ed\b)(?!(?:the|my|our|your|his|her|their|its|this|that|these|those|it|there|not|in|on|at|to)\b)
      [^\W\d_][\w-]*(?:\ (?!(?:of|for|in|on|at|with|to|the|by|from|about|per|is|are|called)\b)[\w-]+){{0,3}}\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
# A noun in the plural, as far as its ending tells.
PLURAL = (
    r"(?:(?!(?:was|has|does|comes|goes|gets|needs|takes|costs|applies|counts|happens|stays|lies|runs)\b)\w*[^\Wsui]s"
    r"|\w+(?:ss|us|is|x|ch|sh)es|people|men|women|children|criteria|data)"
)
_SEVERAL = re.compile(
    rf"""^\W*(?:list|enumerate)\b
    | ^\W*(?:give|show|tell|name|find|get)\ (?:me\ |us\ )?(?:all|every|each|the\ list|a\ list|(?:the\ )?(?:names\ of\ )?
      (?:two|three|four|five|six|some|several))\b
    | \b(?:what|who|which)\ (?:are|were)\ (?:all\ |some\ of\ |some\ )?(?:the|my|our|your|its|their|these|those)\b
      (?!\ (?:chances|odds|likelihood|hours\ of|(?:[\w'’-]+\ ){{0,3}}?times\b))
    | \b(?:which|what)\ (?!(?:do|does|did|is|are|was|were|can|could|will|would|should|must|has|have|had)\b)
      (?:other\ |different\ |new\ )?(?:[\w-]+\ ){{0,2}}?{PLURAL}
      \ (?:of\ (?:[\w-]+\ ){{1,2}})?(?:are|were|do|does|did|can|could|have|must|should|may|will|would|come|need|belong
      |apply|count|qualify|exist|include|there|on|in|from|for|you|we|i)\b
    # "Which members pay half?": no singular has such a verb.
    | \bwhich\ {PLURAL}\ (?!\w*s\b|(?:first|last|next|more|most|less|if|than|at|by|to)\b)[a-z]+\b
      (?!\ (?:\w*s|are|do|did|have|were)\b)
    | \b(?:which|what)\ of\ (?:the|these|those|your|our|my)\b.*\b(?:are|were|do|have|can|must|need)\b
    | ^\W*(?:give|show|tell|name)\ (?:me\ |us\ )?(?:the|my|our|your|its)[ ]
      (?!.*\b(?:hours|times|dates|prices|fees|costs|rates|details)\b)(?:[\w-]+\ ){{0,2}}?{PLURAL}
      (?:\ (?:of|in|on|at|for|that|which|who|with)\b|\W*$)
    | ^\W*(?:the\ )?(?:ingredients|contents|members|parts|components|requirements|features|symptoms|benefits|duties
      |advantages|disadvantages|side\ effects|kinds|types)\ (?:of|for|in)\b
    | \bwhat(?:\ all)?(?:\ (?:is|are|was|were)|['’]?s)\ (?:all\ |not\ )?(?:included|covered|excluded|allowed|forbidden
      |prohibited|required|needed|provided|supplied|offered|available|on\ the\ menu|on\ the\ list|in\ the\ box)\b
    | \bwhat\ (?:do|does|did)\ .+\ (?:include|contain|consist\ of|comprise|cover|come\ with|offer)\b(?!.*\bcost)
    | \bwhat\ (?:should|must|may|mustn['’]t|shouldn['’]t|can['’]t|cannot)\ (?!.*\bbe\W*$)
    | \bwhat\ (?:can|do|does)\ (?:{_PERSON}|(?:an?|the|my|our)\ \w+)
      \ (?:(?:have\ to\ |need\ to\ |get\ to\ )?(?:bring|take|wear|pack|carry|prepare|submit|provide
      |hand\ in|include|need)\b(?!\ for\b))
    | \bwhat\ can\ be\b | \bwhat\ (?:has|have|needs?)\ to\ be\b | \bwhat\ (?:kinds|types|sorts|forms)\ of\b
    | ^\W*(?:everything|all|things)\b | ^\W*who\b.*\ which\b""",
    re.IGNORECASE | re.VERBOSE,
)
_THINGS = re.compile(
    rf"""(?:which|what)\ (?:[\w-]+\ ){{0,2}}?{PLURAL}\b | (?:which|what)\ of\b | who\b.*\ which\b
    | who\ (?:are|were)\ (?:all\ )?the\b | (?:list|enumerate)\b
    | (?:give|show|tell|name|find|get)\ (?:me\ |us\ )?(?:all|every|each|the|a\ list)\b""",
    re.IGNORECASE | re.VERBOSE,
)
