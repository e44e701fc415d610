"""What people write in the walk: a telephone line at night, and whether software may answer it."""

QUESTION = "May software answer the night line before a person does?"
DECISION_ASKED = (
    "From ten at night until six, callers wait twenty minutes and one in three hangs up. Software could answer at "
    "once, in every language. Some who call are at risk of harm. Most are lonely, and want a person."
)
KNOWN = ("Callers wait twenty minutes at night", "The log of January")
UNKNOWN = "Whether those who hang up call again."
OPTION = "Let software answer every call, and say in its first sentence what it is."
HARMS = {
    "1": ("People who call at night", "Go on waiting, and one in three hangs up."),
    "2": ("People who call at night", "Pour their heart out to a machine, at the hour when they most need somebody."),
}
CALLERS, VOLUNTEERS, CLOSE = "People who call at night", "The volunteers of the night", "Those close to a caller"
NOT_ASKED = "Nobody who calls gave us a name to ask. What is decided is sent to the two self-help groups in town."

TERMS = {
    "can_change": "Who or what answers between ten at night and six.",
    "off_table": "The day line, and anybody’s post.",
    "decided_by": "The director decides and signs by name.",
    "answer_by": "2027-06-01",
    "meanwhile": "People go on answering, as now.",
    "after_disagreement": "People go on answering, and the question comes back within a year.",
    "asked_by": "The volunteers of the night asked.",
    "paid_by": "Harbour Line pays, out of its own means.",
    "compensation": "Nothing but the fare.",
}

CALLER = {
    "title": "Somebody who calls at night",
    "why": "You have called at three in the morning, and you have waited.",
    "groups": [CALLERS],
    "frameworks": ["Care", "Rights-based"],
}
VOLUNTEER = {
    "title": "A volunteer of the night",
    "why": "You answer from ten until six, and you know how many you miss.",
    "groups": [VOLUNTEERS],
    "frameworks": ["Consequentialist"],
}
CALLER_NAME, VOLUNTEER_NAME = "A caller of the night", "A night volunteer"

CALLER_THINKS = {
    "right": "A person should answer. I would rather wait than tell it to a machine.",
    "lost": "Some will wait, and some will give up. I know, I have.",
    "need": "To be told at once whom I am speaking to.",
}
VOLUNTEER_THINKS = {
    "right": "Let it answer. I have two hands, and there are eleven waiting.",
    "lost": "The first voice would not be one of ours.",
}

SHARED = "Nobody should think they reached a person when they did not."
PROPOSAL = "Software answers at once and says what it is; one word brings a person within a minute."
COST_TO_CARE = "The first voice at three in the morning is nobody’s."
CALLER_IF = "somebody is really awake when I say the word."
SECOND_PROPOSAL = "Two more volunteers, paid for the nights, and no software."
VOLUNTEER_CANNOT = "the money for it ends in June, and then nobody answers at all."

AGREED = "Whoever calls is told in the first sentence whom they hear."
DIFFERENCE = "Whether a machine may comfort somebody."
SIDES = ("It may: a word that helps, helps.", "It may not: comfort is something one person owes another.")

DECISION = (
    "Software answers the night line and says so in its first sentence; one word brings a person within a minute."
)
DRAFT = {
    "kind": "decision",
    "option": PROPOSAL,
    "decision": DECISION,
    "justification": "Twenty minutes of ringing is an answer too, and a worse one. Whoever wants a person gets one.",
    "assumptions": "Two volunteers are awake at every hour of the night.",
    "expects": "Fewer than one caller in ten hangs up unheard.",
    "applies_to": "The night line, from ten until six.",
    "does_not_apply_to": "The day line, also when it is busy.",
    "review_date": "2027-09-01",
    "prioritized__0__text": "That nobody waits alone",
    "deprioritized__0__text": "That the first voice is a person’s",
    "remainders__0__loss": "Some people’s first answer at night is a machine’s.",
    "remainders__0__bearer": "Whoever calls",
    "remainders__0__owed": "mitigate",
    "remainders__0__debt": "A person within one minute of being asked for, every night.",
    "commitments__0__what": "Keep a second volunteer awake",
    "commitments__0__to_whom": "Whoever calls",
    "commitments__0__owner": "Head of the night line",
    "commitments__0__due": "2027-05-01",
    "triggers__0__text": "More than one caller in ten hangs up on the software",
}
DISSENT = {
    "against": "decision",
    "lead": "A person answers every call, and the software takes the notes.",
    "objection": "Who calls at three has spoken to machines all day. The first voice decides whether they go on.",
    "removed_by": "A winter in which nobody hangs up on it.",
    "predicts": "One in five will hang up, and we shall not know who they were.",
    "framework": "Care",
}
ANSWER = (
    "You may be right. That is why it says what it is, why one word is enough, and why it comes back in September, or "
    "sooner if people hang up on it."
)
NAME = "Director of the line"

SEEN_SINCE = "I called twice. It told me what it was, and a person came. I hung up the first time."
SINCE_THEN = "One caller in twelve hung up on the software. Before it, one in three hung up on the ringing."
GROUNDS = "It was less than the dissent predicted, and more than the decision expected. It stays, and is asked again."
