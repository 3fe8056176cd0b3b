"""Sentences of our own writing, of many shapes, for tests that need text and not its meaning."""

SENTENCES = (
    "Let's go to the harbour, they said, and it's gonna rain.",
    "There were three explosions and there was a fire in the old mill.",
    "There's no proof that Mr. Ortega ain't guilty.",
    "The minister, Anna Kowalska, didn't resign; she was sacked on Friday.",
    "Police arrested 17 people in Lima after protesters burned tyres outside congress.",
    "A magnitude 6.1 earthquake shook Kermanshah early on Wednesday, killing at least 30.",
    "“We are not winning yet,” said Grace Mulenga, the health minister, “but we can't stop now.”",
    "Shares in Enns Micro jumped 22% in Vienna; Waalsemi fell $3.20 to $41.",
    "Y'all got ta see what the bombing of 1984 did to the towns along the river.",
    "He might have been taken to Montgomery, where his sister's children were waiting.",
    "Reporters from two agencies reached the village and saw soldiers leaving it.",
    "KIEV was shelled, officials say; the worst-hit districts had no water by 9 p.m.",
)
