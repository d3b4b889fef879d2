"""The rules, pure: frozen values in, frozen values out.

No I/O, no clock, no random, no logging. `now` is always an argument. May import worker.contract.

Read the rooms in this order, which is the way of a look:

1. `model`: the words: what is looked at from where, the rules, and what verdicts and incidents are.
2. `schedule`: which looks are due, and what came of them.
3. `window`: what is kept of results: looks, series of them, and the grid in which they are counted.
4. `vantages`: who of those that looked is fit to speak.
5. `inference`: what explains them best: prefilter, families, hypotheses, posterior, finding, claim.
6. `incidents`: what a claim that goes on becomes.
7. `announcing`: what is said of it, when, and in which words.
8. `judge`, which does 3 to 7 for one service at each step, and `engine`, which holds all judges.

`rollups` stands apart: it folds stored results into minutes, hours and days. `maintenance` and
`dependencies` say what an incident has to do with announced work and with services upstream;
`localizing`, whose trouble it is that one machine sees a service fail.
"""
