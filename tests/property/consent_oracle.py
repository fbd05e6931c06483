# SPDX-License-Identifier: Apache-2.0
"""The consent rules a second time, slowly, and the command's answers beside them.

Written from the catalogue's text rule by rule and not from the library: lists, dates and zones are
Python's own, nothing is compiled, indexed or cut short. It draws random worlds on which several
rules meet at their boundaries (the second of an expiry, a tie, a month's end, a change of clocks, a
public holiday, persons merged, entries of the future or not yet known), asks `relata consent replay`
and compares every answer.

    consent_oracle.py RELATA [--count N] [--seed S]
"""

import argparse
import calendar
import json
import os
import random
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
DAY = timedelta(days=1)
ALWAYS = {"service", "rights_response", "breach_notice", "doi_confirmation"}
CHILDREN = {"newsletter", "events", "offers", "survey"}
DIRECT = CHILDREN | {"marketing", "reconsent", "charity", "claims_management", "pension"}
PURPOSES = ALWAYS | DIRECT | {"profiling", "sale_share"}
CHANNELS = {"email", "sms", "phone", "robocall", "post"}
NEGATIVES = {"bounce", "complaint", "suppress", "withdraw", "object", "optout"}
REASONS = ["SUPPRESS.BOUNCE", "SUPPRESS.COMPLAINT", "SUPPRESS.LIST", "CONSENT.WITHDRAWN",
           "OBJECTION.ART21", "OPTOUT.REQUEST"]
REASON_OF = {"bounce": REASONS[0], "complaint": REASONS[1], "suppress": REASONS[2],
             "withdraw": REASONS[3], "refuse_call": REASONS[3], "object": REASONS[4],
             "optout": REASONS[5]}
AGES = {"FR": 15, "DE": 16, "UK": 13, "ES": 14, "IT": 14, "IE": 16, "NL": 16, "BE": 13, "AT": 14,
        "EU": 16}
MEMBERS = ["ES", "IT", "IE", "NL", "BE", "AT"]
ALL = ["FR", "DE", "UK", "EU"] + MEMBERS + ["US", "US-CA", "CA"]
GRADES = ["none", "asserted", "recorded", "confirmed", "signed"]


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def text_of(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def midnight(zone, *day):
    return datetime(*day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


FR_OPT_IN = midnight("Europe/Paris", 2026, 8, 11)
FR_BAN_PHONE = midnight("Europe/Paris", 2020, 7, 26)
FR_BAN_OTHER = midnight("Europe/Paris", 2025, 7, 2)
UK_CHARITY = midnight("Europe/London", 2026, 2, 5)
US_REVOKE_ALL = midnight("America/New_York", 2027, 1, 31)


def plus_months(t, n):
    month = t.year * 12 + t.month - 1 + n
    year, month = month // 12, month % 12 + 1
    return t.replace(year=year, month=month,
                     day=min(t.day, calendar.monthrange(year, month)[1]))


def easter(year):
    """Gauss's method in its corrected form, not the one of the library."""
    a, b, c = year % 19, year % 4, year % 7
    k = year // 100
    p = (13 + 8 * k) // 25
    q = k // 4
    m = (15 - p + k - q) % 30
    n = (4 + k - q) % 7
    d = (19 * a + m) % 30
    e = (2 * b + 4 * c + 6 * d + n) % 7
    if d == 29 and e == 6:
        return date(year, 4, 19)
    if d == 28 and e == 6 and (11 * m + 11) % 30 < 19:
        return date(year, 4, 18)
    return date(year, 3, 22) + timedelta(days=d + e)


def french_holiday(day):
    if (day.month, day.day) in {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11),
                                (12, 25)}:
        return True
    return (day - easter(day.year)).days in (1, 39, 50)


def as_list(value):
    if value is None:
        return None
    return value if isinstance(value, list) else [value]


class Law:
    """One vector under one jurisdiction."""

    def __init__(self, vector, where):
        self.where = where
        self.base = "EU" if where in MEMBERS else "US" if where == "US-CA" else where
        facts, q = vector["facts"], dict(vector["question"])
        if q["purpose"] == "service" and q.get("mixed_promo"):
            q["purpose"] = "marketing"
        self.q = q
        self.at = instant(q["at"])
        self.known = instant(q["known_at"]) if "known_at" in q else None
        self.channel, self.purpose = q["channel"], q["purpose"]
        self.b2c = q.get("audience", "b2c") == "b2c"
        self.controller = q.get("controller", "self")
        self.point = q.get("point", facts.get("point", {}).get("id"))
        self.policy = facts.get("policy", {})
        self.skew = timedelta(seconds=self.policy.get("skew_s", 300))
        self.ttl = timedelta(days=self.policy.get("doi_ttl_days", 30))
        self.subject_facts = facts.get("subject", {})
        self.point_facts = facts.get("point", {})
        self.merges = [m for m in facts.get("merges", [])
                       if instant(m["at"]) <= self.at and self.was_known(m["at"])]
        self.person = q.get("person", "p1")
        self.subject = self.who(self.person)
        ledger = []
        for e in facts.get("ledger", []):
            e = dict(e, t=instant(e["at"]), r=instant(e.get("recorded_at", e["at"])))
            if e["t"] <= self.at and (self.known is None or e["r"] <= self.known):
                ledger.append(e)
        self.ledger = sorted(ledger, key=lambda e: e["t"])
        self.relations = [dict(r, t=instant(r["at"])) for r in facts.get("relation", [])
                          if instant(r["at"]) <= self.at
                          and r.get("controller", "self") == self.controller]
        self.registers = facts.get("registers", [])
        self.attempts = sorted((dict(a, t=instant(a["at"])) for a in facts.get("attempts", [])
                                if instant(a["at"]) <= self.at), key=lambda a: a["t"])
        self.signals = [instant(s["at"]) for s in facts.get("signals", [])
                        if s.get("gpc") and instant(s["at"]) <= self.at]
        self.activity = facts.get("activity")
        self.asked, self.denied = None, None

    def was_known(self, text):
        return self.known is None or instant(text) <= self.known

    # --- persons and points (9.2)

    def who(self, person):
        for _ in self.merges:
            moves = [m for m in self.merges if m["from"] == person]
            if not moves:
                break
            person = max(moves, key=lambda m: m["at"])["into"]
        return person

    def mine(self, e):
        return "person" not in e or self.who(e["person"]) == self.subject

    def speaker(self, e):
        return e.get("person", self.person)

    def joined(self, a, b):
        """When a and b became one; None when they were never two."""
        if a == b:
            return None
        when = []

        def path(person):
            steps = [(person, None)]
            for _ in self.merges:
                moves = [m for m in self.merges if m["from"] == steps[-1][0]]
                if not moves:
                    break
                move = max(moves, key=lambda m: m["at"])
                steps.append((move["into"], instant(move["at"])))
            return steps

        pa, pb = path(a), path(b)
        for i, (x, _) in enumerate(pa):
            for j, (y, _) in enumerate(pb):
                if x == y:
                    when = [t for _, t in pa[1:i + 1]] + [t for _, t in pb[1:j + 1]]
                    return max(when) if when else None
        return None

    def scope(self, e, sign):
        s = e.get("scope", {})
        channel, purpose = as_list(s.get("channel")), as_list(s.get("purpose"))
        topic, controller = as_list(s.get("topic")), as_list(s.get("controller"))
        if controller is not None and self.controller not in controller:
            return False
        if topic is not None and self.q.get("topic") not in topic:
            return False
        if purpose is not None:
            named = set(purpose)
            if "reconsent" in named:
                named.add("marketing")
            asked = "marketing" if self.purpose == "reconsent" else self.purpose
            ok = asked in named or (asked in CHILDREN and "marketing" in named)
            if sign < 0:
                ok = ok or (self.purpose in DIRECT and "marketing" in named)
            if not ok:
                return False
        elif sign > 0:
            return False
        if channel is None or "any" in channel:
            return sign < 0 or self.purpose == "sale_share" or self.channel in (channel or [])
        return self.channel in channel

    def negative(self, e, refusals, whole=True):
        if whole and e["event"] not in NEGATIVES and not (refusals and
                                                          e["event"] == "refuse_call"):
            return False
        stop = False
        s = e.get("scope", {})
        if (self.base == "US" and e["event"] in ("optout", "withdraw")
                and "sms" in (as_list(s.get("channel")) or [])
                and (self.channel == "robocall"
                     or (self.channel == "phone" and self.at >= US_REVOKE_ALL))):
            stop = self.scope(dict(e, scope=dict(s, channel=self.channel)), -1)
        if not (stop or self.scope(e, -1)):
            return False
        if "point" in e:
            if e["point"] == self.point:
                return True
            if e["event"] == "bounce" or "person" not in e:
                return False
        return self.mine(e)

    def positive(self, e, request=False):
        kinds = {"request"} if request else {"grant", "confirm"}
        if e["event"] not in kinds or not self.scope(e, +1) or not self.mine(e):
            return False
        return "point" not in e or e["point"] == self.point

    # --- double opt-in

    def pair(self):
        """Which request each confirm answers: {index of confirm: request}."""
        answered, spent = {}, set()
        for i, e in enumerate(self.ledger):
            if e["event"] != "confirm":
                continue
            fits = [k for k, r in enumerate(self.ledger)
                    if r["event"] == "request" and k not in spent and r["t"] < e["t"]
                    and e["t"] < r["t"] + self.ttl and self.same(r, e)]
            if fits:
                answered[i] = max(fits)
                spent.add(max(fits))
        return answered, spent

    def same(self, a, b):
        def key(e):
            s = e.get("scope", {})
            return ([sorted(as_list(s.get(d)) or []) for d in
                     ("channel", "purpose", "topic", "controller")],
                    self.who(self.speaker(e)), e.get("point", self.point))
        return key(a) == key(b)

    # --- consent (9.4)

    def grade(self, e, answered):
        v = e.get("evidence", {})
        if v.get("source") == "import" and "text" not in v:
            return 1
        if "source" not in v:
            return 3 if answered else 0
        if v.get("written"):
            return 4
        if answered or v.get("doi"):
            return 3
        return 2 if "text" in v else 1

    def young(self, years, t):
        born = self.subject_facts.get("born")
        if born is None:
            return False
        return t.date() < plus_months(date.fromisoformat(born), years * 12)

    def check(self, i):
        e = self.ledger[i]
        v = e.get("evidence", {})
        answered, spent = self.pair()
        if e["t"] > e["r"] + self.skew:
            return "ask", "CONSENT.FUTURE_DATED"
        if e["event"] == "request":
            return "ask", "CONSENT.PENDING_DOI"
        if v.get("preticked") or v.get("bundled"):
            return "deny", "CONSENT.INVALID"
        grade = self.grade(e, i in answered)
        if grade < 2 or (e["event"] == "confirm" and i not in answered):
            return "ask", "CONSENT.UNPROVEN"
        if "effective_from" in e and instant(e["effective_from"]) > self.at:
            return "deny", "CONSENT.NOT_YET_EFFECTIVE"
        if "expires_at" in e and instant(e["expires_at"]) <= self.at:
            return "deny", "CONSENT.EXPIRED"
        if (self.where == "FR" and self.channel in ("phone", "robocall") and self.at >= FR_OPT_IN
                and plus_months(e["t"], self.policy.get("fr_phone_consent_months", 12)) <= self.at):
            return "deny", "CONSENT.EXPIRED"
        if self.where == "DE":
            if self.channel in ("phone", "robocall") and v.get("doi") == "email":
                return "ask", "DE.PHONE.DOI_EMAIL_NOT_PROOF"
            if (v.get("source") == "web" and e["event"] == "grant" and not v.get("doi")
                    and self.policy.get("de_web_doi_required", True)):
                return "ask", "DE.DOI.PROOF"
        if self.base == "US" and self.channel in ("sms", "robocall") and grade < 4:
            if self.channel == "robocall" or self.policy.get("us_sms_written", True):
                return "ask", "US.TCPA.PEWC"
        if (self.where in AGES and v.get("iss", True) and not v.get("parental")
                and self.young(AGES[self.where], e["t"])):
            return "ask", "CONSENT.MINOR"
        if (self.where == "US-CA" and self.purpose == "sale_share" and not v.get("parental")
                and self.young(13, e["t"])):
            return "deny", "US_CA.MINOR_OPTIN"
        dormant = self.policy.get("dormant_months", 0)
        if dormant:
            last = e["t"]
            for t in [a["t"] for a in self.attempts
                      if a["channel"] == self.channel and a["t"] >= e["t"]] + [self.at]:
                if plus_months(last, dormant) <= t:
                    return "ask", "CONSENT.DORMANT"
                last = t
        return "ok", "CONSENT.OK"

    def note(self, verdict, rule):
        if verdict == "ask" and self.asked is None:
            self.asked = rule
        if verdict == "deny" and self.denied is None:
            self.denied = rule

    def consent(self):
        _, spent = self.pair()
        for i in reversed(range(len(self.ledger))):
            e = self.ledger[i]
            if e["t"] <= self.after:
                continue
            live = (e["event"] == "request" and i not in spent and self.positive(e, True)
                    and self.at < e["t"] + self.ttl)
            if not live and not self.positive(e):
                continue
            verdict, rule = self.check(i)
            if verdict == "ok":
                return e
            self.note(verdict, rule)
        return None

    # --- the order of evaluation (9.3)

    def answer(self):
        self.after = datetime.min.replace(tzinfo=UTC)
        self.erased = None
        if self.purpose in ALWAYS:
            return self.always()
        return self.contact()

    def state(self):
        events = [e for e in self.ledger if self.mine(e)]
        erased = [e["t"] for e in events if e["event"] == "erase"]
        restricted = any(e["event"] == "restrict" and not any(
            u["event"] == "unrestrict" and u["t"] > e["t"] and self.own_word(u, e)
            for u in events) for e in events)
        return (max(erased) if erased else None), restricted

    def own_word(self, later, earlier):
        """A merge never raises a permission: not by what the other person said before it."""
        joined = self.joined(self.speaker(later), self.speaker(earlier))
        return joined is None or later["t"] > joined

    def always(self):
        if any(e["event"] == "bounce" and self.negative(e, False) for e in self.ledger):
            return "deny", "SUPPRESS.BOUNCE"
        erased, restricted = self.state()
        if self.purpose in ("service", "doi_confirmation"):
            if restricted and self.policy.get("restrict_blocks_service", True):
                return "deny", "SUBJECT.RESTRICTED"
            if erased is not None:
                later = any(e["event"] == "request" and self.mine(e) and e["t"] > erased
                            for e in self.ledger)
                if self.purpose == "service" or not later:
                    return "deny", "SUBJECT.ERASED"
                self.after = erased
        if self.purpose == "doi_confirmation":
            return self.confirmation()
        basis = "contract" if self.purpose == "service" else "legal_obligation"
        return "allow", "SERVICE.OK", basis

    def confirmation(self):
        _, spent = self.pair()
        for i in reversed(range(len(self.ledger))):
            e = self.ledger[i]
            s = e.get("scope", {})
            if (e["event"] != "request" or i in spent or e["t"] <= self.after
                    or not self.mine(e) or ("point" in e and e["point"] != self.point)
                    or self.channel not in (as_list(s.get("channel")) or [])
                    or (s.get("topic") and self.q.get("topic") not in as_list(s["topic"]))
                    or (s.get("controller") and self.controller not in as_list(s["controller"]))
                    or self.at >= e["t"] + self.ttl):
                continue
            sent = sum(a["channel"] in as_list(s["channel"])
                       and a.get("purpose") == "doi_confirmation" and a["t"] >= e["t"]
                       for a in self.attempts)
            if sent >= self.policy.get("doi_max", 1):
                return "deny", "DOI.ALREADY_SENT"
            return "allow", "DOI.CONFIRMATION.OK", "pre_contractual"
        return "deny", "DOI.NO_REQUEST"

    def contact(self):
        if self.subject_facts.get("deceased"):
            return "deny", "SUBJECT.DECEASED"
        erased, restricted = self.state()
        if restricted:
            return "deny", "SUBJECT.RESTRICTED"
        if erased is not None:
            if not any(self.positive(e) and e["t"] > erased
                       and e.get("evidence", {}).get("source", "import") != "import"
                       for e in self.ledger):
                return "deny", "SUBJECT.ERASED"
            self.after = erased
        if self.purpose == "sale_share" and self.signals:
            newest = max(self.signals)
            if not any(e["event"] == "grant" and self.positive(e) and e["t"] > newest
                       and e["t"] > self.after and e.get("evidence", {}).get("informed_of_signal")
                       for e in self.ledger):
                return "deny", "OPTOUT.GPC"

        refusals = (self.where == "FR" and self.b2c and self.channel == "phone"
                    and self.at >= FR_OPT_IN and self.purpose in DIRECT)
        negatives = [e for e in self.ledger if self.negative(e, refusals)]
        if negatives:
            reason = min((REASON_OF[n["event"]] for n in negatives), key=REASONS.index)
            basis, merged = None, False
            for i in reversed(range(len(self.ledger))):
                g = self.ledger[i]
                if not self.positive(g) or g["t"] <= self.after or self.check(i)[0] != "ok":
                    continue
                if all(self.lifts(g, n, True) for n in negatives):
                    basis = g
                    break
                merged = merged or all(self.lifts(g, n, False) for n in negatives)
            if basis is None:
                if merged and reason in REASONS[3:]:
                    reason = "MERGE.MOST_RESTRICTIVE"
                return "deny", reason
        else:
            basis = self.consent()

        allow = None
        if basis is None:
            stop = self.register()
            if stop and stop[0] == "deny":
                return stop
            allow = stop
        if self.banned():
            return "deny", "FR.SECTOR_BAN"
        if basis is not None:
            allow = ("allow", "CONSENT.OK", "consent")
        if allow is None:
            allow = self.other_bases()
        if allow is None:
            if self.asked:
                return "needs_evidence", self.asked
            return "deny", self.denied or "DEFAULT.NO_BASIS"
        if self.silent():
            return "deny", "RETENTION.INACTIVE_3Y"
        if self.channel in ("email", "sms") and self.q.get("message_has_optout") is False:
            return "deny", "MESSAGE.NO_OPTOUT"
        return self.timing(basis, refusals) or allow

    def lifts(self, g, n, mind_merge):
        v = g.get("evidence", {})
        if v.get("source") == "import" or (v.get("source") == "agent" and "text" not in v):
            return False
        if n["event"] == "bounce" or g["t"] <= n["t"] + self.skew:
            return False
        needs_doi = self.policy.get("complaint_needs_doi", True)
        if n["event"] == "complaint" and needs_doi and g["event"] != "confirm" and not v.get("doi"):
            return False
        if mind_merge and self.policy.get("merge_policy") != "latest_wins":
            joined = self.joined(self.speaker(n), self.speaker(g))
            if joined is not None and g["t"] <= joined:
                return False
        return True

    def running(self):
        return any(r["kind"] == "contract"
                   and ("until" not in r or self.at < instant(r["until"]))
                   for r in self.relations)

    def related(self):
        return self.running() and self.q.get("related_to_contract", False)

    def press(self):
        return self.q.get("sector") == "press" and self.policy.get("fr_press_exception", True)

    def register(self):
        if self.channel != "phone":
            return None
        ebr = None
        for listing in self.registers:
            since, name = instant(listing["listed_from"]), listing["register"]
            if name == "bloctel" and self.where == "FR" and self.b2c:
                if since <= self.at < FR_OPT_IN and not self.related() and not self.press():
                    return "deny", "REGISTER.BLOCTEL"
        for name in ("TPS", "CTPS"):
            if self.where == "UK" and any(
                    r["register"] == name and self.at >= instant(r["listed_from"]) + 28 * DAY
                    for r in self.registers):
                return "deny", "REGISTER." + name
        if self.base == "US" and self.b2c and any(
                r["register"] == "US-DNC" and self.at >= instant(r["listed_from"]) + 31 * DAY
                for r in self.registers):
            terms = {"purchase": 18, "inquiry": 3}
            if self.purpose in DIRECT and any(
                    r["kind"] in terms and self.at < plus_months(r["t"], terms[r["kind"]])
                    for r in self.relations):
                return "allow", "US.EBR.OK", "existing_relationship"
            return "deny", "REGISTER.US_DNC"
        return ebr

    def banned(self):
        if self.where != "FR" or not self.b2c or self.related():
            return False
        if self.q.get("sector") not in ("energy_renovation", "home_adaptation"):
            return False
        if self.channel == "phone":
            return self.at >= FR_BAN_PHONE
        return self.channel in ("email", "sms", "robocall") and self.at >= FR_BAN_OTHER

    def other_bases(self):
        if self.purpose == "sale_share":
            if self.where != "US-CA":
                return None
            if self.young(16, self.at):
                self.note("deny", "US_CA.MINOR_OPTIN")
                return None
            return "allow", "DEFAULT.OPT_OUT_REGIME", "opt_out_regime"
        if self.purpose not in DIRECT:
            return None
        ch, where = self.channel, self.base
        mail = ch in ("email", "sms")
        if where == "FR" and not self.b2c and ch in ("email", "sms", "robocall"):
            kind = self.point_facts.get("class", "personal")
            if kind == "generic" and ch == "email":
                return "allow", "FR.B2B.GENERIC", "opt_out_regime"
            if kind == "professional":
                informed = self.point_facts.get("informed_at_collection")
                if not self.q.get("related_to_job"):
                    self.note("deny", "FR.B2B.NOT_JOB_RELATED")
                elif informed is None:
                    self.note("ask", "NOTICE.MISSING")
                elif informed is False:
                    self.note("deny", "NOTICE.MISSING")
                else:
                    return "allow", "FR.B2B.OPTOUT.OK", "legitimate_interest"
        if where == "UK" and mail and self.point_facts.get("subscriber") == "corporate":
            return "allow", "UK.CORPORATE.OK", "legitimate_interest"
        if where == "UK" and mail and self.purpose == "charity" and any(
                r["kind"] in ("donation", "charity_interest") and r["t"] >= UK_CHARITY
                and r.get("informed") and r.get("optout_offered") for r in self.relations):
            return "allow", "UK.CHARITY_SOFT_OPT_IN.OK", "soft_opt_in"
        kinds = {"FR": {"purchase", "free_account"}, "EU": {"purchase", "free_account"},
                 "DE": {"purchase"}, "UK": {"purchase", "negotiation"}}.get(where, set())
        if mail and self.purpose in CHILDREN | {"marketing", "reconsent"}:
            for r in self.relations:
                if r["kind"] not in kinds:
                    continue
                told = (r.get("informed"), r.get("optout_offered"))
                if not self.q.get("similar_product"):
                    self.note("deny", "SOFT_OPT_IN.NOT_SIMILAR")
                elif False in told:
                    self.note("deny", "SOFT_OPT_IN.NO_OPTOUT_AT_COLLECTION")
                elif None in told:
                    self.note("ask", "SOFT_OPT_IN.UNPROVEN")
                elif (where == "FR" and r["kind"] == "free_account"
                      and self.policy.get("fr_free_account", "ask") == "ask"):
                    self.note("ask", "SOFT_OPT_IN.FREE_ACCOUNT")
                else:
                    return "allow", "SOFT_OPT_IN.OK", "soft_opt_in"
        if ch == "phone":
            found = self.by_phone(where)
            if found:
                return found
        if ch == "post" and where in ("FR", "DE", "UK", "EU"):
            return "allow", "LI.OK", "legitimate_interest"
        if where == "US" and ch in ("email", "post", "phone"):
            return "allow", "DEFAULT.OPT_OUT_REGIME", "opt_out_regime"
        if where == "CA" and mail:
            return self.canada()
        return None

    def by_phone(self, where):
        if where == "FR":
            if not self.b2c:
                return "allow", "LI.OK", "legitimate_interest"
            if self.related():
                return "allow", "FR.PHONE.CONTRACT.OK", "contract"
            if self.press():
                return "allow", "FR.PHONE.PRESS.OK", "legitimate_interest"
            if self.at < FR_OPT_IN:
                return "allow", "LI.OK", "legitimate_interest"
        if where == "DE" and not self.b2c:
            if self.q.get("presumed_interest") and self.policy.get("de_presumed_b2b", True):
                return "allow", "DE.PHONE.PRESUMED.OK", "presumed_consent"
            self.note("ask", "DE.PHONE.PRESUMED_UNPROVEN")
        if where == "UK":
            if self.purpose in ("claims_management", "pension"):
                self.note("deny", "UK.PHONE.CONSENT_ONLY")
            else:
                return "allow", "LI.OK", "legitimate_interest"
        if where == "EU":
            self.note("ask", "EU.PHONE.NATIONAL_CHOICE")
        return None

    def canada(self):
        def alive(r, months):
            end = r["t"]
            if r["kind"] == "contract":
                if "until" not in r or self.at < instant(r["until"]):
                    return True
                end = max(end, instant(r["until"]))
            return self.at < plus_months(end, months)

        for kinds, months, rule in (({"purchase", "donation", "contract"}, 24,
                                     "CA.IMPLIED.EBR.OK"),
                                    ({"inquiry"}, 6, "CA.IMPLIED.INQUIRY.OK")):
            some = [r for r in self.relations if r["kind"] in kinds]
            if any(alive(r, months) for r in some):
                return "allow", rule, "implied_consent"
            if some:
                self.note("deny", "CA.IMPLIED.EXPIRED")
        for r in self.relations:
            if r["kind"] != "published_address":
                continue
            if r.get("no_unsolicited_statement"):
                self.note("deny", "CA.PUBLISHED.REFUSED")
            elif not self.q.get("related_to_job"):
                self.note("deny", "CA.PUBLISHED.NOT_RELEVANT")
            else:
                return "allow", "CA.PUBLISHED.OK", "implied_consent"
        return None

    def silent(self):
        if self.where != "FR" or self.activity is None or self.running():
            return False
        seen = [e["t"] for e in self.ledger if e["event"] in ("grant", "confirm") and self.mine(e)
                and e.get("evidence", {}).get("source") != "import"]
        for r in self.relations:
            end = instant(r["until"]) if r["kind"] == "contract" else r["t"]
            seen.append(max(end, r["t"]))
        seen += [instant(a["at"]) for a in self.activity
                 if a["kind"] != "open" and instant(a["at"]) <= self.at]
        return bool(seen) and plus_months(max(seen),
                                          self.policy.get("fr_inactive_months", 36)) <= self.at

    # --- time (9.6)

    def zones(self):
        if "tz" in self.subject_facts:
            return [self.subject_facts["tz"]], True
        return self.subject_facts.get("tz_candidates", []), False

    def local_rule(self, rule, until):
        """`until(zone)`: when the zone opens, or None when it is open."""
        zones, sure = self.zones()
        if not zones:
            return "needs_evidence", "TIMING.TZ_UNKNOWN"
        for zone in zones:
            end = until(ZoneInfo(zone))
            if end is not None:
                return ("deny", rule, None, end) if sure else ("deny", rule)
        return None

    def next_minute(self, zone, is_open):
        """The first minute after the question at which the zone is open, by stepping."""
        if is_open(self.at.astimezone(zone)):
            return None
        t = self.at.replace(second=0, microsecond=0)
        while True:
            t += timedelta(minutes=1)
            if is_open(t.astimezone(zone)):
                return t

    def timing(self, basis, refusals):
        phone = self.channel in ("phone", "robocall")
        french = self.where == "FR" and self.b2c and phone
        outside = basis is not None and basis.get("evidence", {}).get("outside_hours")
        if french and not outside:
            def open_in_france(t):
                return (t.weekday() < 5 and not french_holiday(t.date())
                        and (10 <= t.hour < 13 or 14 <= t.hour < 20))
            found = self.local_rule("FR.PHONE.HOURS",
                                    lambda z: self.next_minute(z, open_in_france))
            if found:
                return found
        if self.base == "US" and self.b2c and (phone or (
                self.channel == "sms" and self.policy.get("us_sms_hours", True))):
            found = self.local_rule("US.TCPA.HOURS",
                                    lambda z: self.next_minute(z, lambda t: 8 <= t.hour < 21))
            if found:
                return found
        if french and not refusals:
            said = [e["t"] for e in self.ledger
                    if e["event"] == "refuse_call" and self.negative(e, True)]
            if said and self.at < max(said) + 62 * DAY:
                def pause(zone):
                    day = max(said).astimezone(zone).date() + 61 * DAY
                    end = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
                    return end if self.at < end else None
                found = self.local_rule("FR.PHONE.REFUSAL_60D", pause)
                if found:
                    return found
        if french:
            found = self.cap("FR.PHONE.FREQ_4_PER_30D", 4, 30)
            if found:
                return found
        quiet = self.policy.get("quiet_hours")
        if quiet and self.channel != "any" and (
                "channels" not in quiet or self.channel in quiet["channels"]):
            a, b = (int(x[:2]) * 60 + int(x[3:]) for x in (quiet["from"], quiet["to"]))

            def loud(t):
                m = t.hour * 60 + t.minute
                return not (a <= m < b if a < b else m >= a or m < b)
            found = a != b and self.local_rule("POLICY.QUIET_HOURS",
                                               lambda z: self.next_minute(z, loud))
            if found:
                return found
        cap = self.policy.get("freq_cap")
        if cap and self.channel == cap["channel"]:
            return self.cap("POLICY.FREQ_CAP", cap["max"], cap["days"])
        return None

    def cap(self, rule, most, days):
        tried = [a["t"] for a in self.attempts if a["channel"] == self.channel
                 and a.get("purpose", "marketing") not in ALWAYS
                 and a["t"] > self.at - days * DAY]
        if len(tried) < most:
            return None
        return "deny", rule, None, tried[-most] + days * DAY


def decide(vector):
    q = vector["question"]
    if q["purpose"] not in PURPOSES or not (
            q["channel"] in CHANNELS or (q["channel"] == "any" and q["purpose"] == "sale_share")):
        return "deny", "DEFAULT.NO_BASIS"
    named = as_list(vector.get("jurisdiction")) or []
    where = [j for j in named if j in ALL]
    if len(where) < len(named) or not named:
        where += ALL
    rank = ["deny", "needs_evidence", "allow"]
    return min((Law(vector, j).answer() for j in where), key=lambda a: rank.index(a[0]))


def shown(a):
    out = {"decision": a[0], "reason": a[1]}
    if len(a) > 2 and a[2]:
        out["basis"] = a[2]
    if len(a) > 3 and a[3]:
        out["retry_at"] = text_of(a[3])
    return out


# --- Random worlds

class Draw:
    def __init__(self, rng):
        self.r = rng

    def maybe(self, p):
        return self.r.random() < p

    def near(self, t):
        """An instant that means something to a question asked at `t`."""
        r = self.r
        kind = r.randrange(12)
        nudge = timedelta(seconds=r.choice([-1, 0, 0, 1]))
        if kind < 4:
            return t - timedelta(seconds=r.randrange(1, 5 * 365 * 86400))
        if kind == 4:
            return t - timedelta(seconds=r.choice([0, 1, 299, 300, 301]))
        if kind == 5:
            days = r.choice([1, 28, 30, 31, 60, 61, 15])
            return t - days * DAY + nudge
        if kind == 6:
            return plus_months(t, -r.choice([3, 6, 12, 18, 24, 36])) + nudge
        if kind == 7:
            return t + timedelta(seconds=r.choice([1, 60, 86400]))
        return t - timedelta(seconds=r.randrange(1, 70 * 86400))

    def asked_at(self):
        r = self.r
        kind = r.randrange(10)
        if kind == 0:
            return r.choice([FR_OPT_IN, UK_CHARITY, FR_BAN_OTHER, US_REVOKE_ALL]) + timedelta(
                seconds=r.choice([-1, 0, 1, 36000]))
        if kind == 1:  # around the changes of clocks and holidays, in the hours that matter
            day = r.choice([date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8),
                            date(2026, 11, 1), date(2026, 4, 6), date(2026, 5, 14),
                            date(2026, 5, 25), date(2027, 3, 29), date(2028, 2, 29),
                            date(2026, 12, 25), date(2026, 7, 14), date(2027, 5, 6)])
            return datetime(day.year, day.month, day.day, r.randrange(24), r.choice([0, 30, 59]),
                            r.choice([0, 59]), tzinfo=UTC) + r.choice([-1, 0, 0, 1]) * DAY
        start = datetime(2025, 6, 1, tzinfo=UTC)
        t = start + timedelta(seconds=r.randrange(2 * 365 * 86400))
        if kind < 6:
            return t.replace(hour=r.choice([8, 9, 10, 11, 12, 13, 18, 19]), minute=0,
                             second=r.choice([0, 0, 1]))
        return t

    def scope(self, q, grant):
        r, s = self.r, {}
        if grant or self.maybe(0.6):
            s["channel"] = q["channel"] if self.maybe(0.85) else r.choice(
                sorted(CHANNELS) + ["any", ["email", "sms"], ["sms", "phone"],
                                    ["any", "post"]])
            if s["channel"] == "any" and self.maybe(0.5):
                del s["channel"]
        if grant or self.maybe(0.6):
            s["purpose"] = r.choice([q["purpose"], q["purpose"], "marketing", "marketing",
                                     "newsletter", "charity", "reconsent", "profiling",
                                     ["newsletter", "events"]])
        if self.maybe(0.1):
            s["topic"] = r.choice(["wine", "beer", ["wine", "beer"]])
        if self.maybe(0.1):
            s["controller"] = r.choice(["self", "acme", ["self", "acme"]])
        if grant and self.maybe(0.04) and s:
            s.pop(r.choice(sorted(s)))
        return s

    def evidence(self):
        r, v = self.r, {}
        if self.maybe(0.93):
            v["source"] = r.choice(["web", "web", "web", "call", "paper", "import", "agent"])
        if self.maybe(0.85):
            v["text"] = "sha256:v3"
        if self.maybe(0.35):
            v["doi"] = r.choice(["email", "sms"])
        for flag, p in (("written", .25), ("parental", .2), ("preticked", .04), ("bundled", .04),
                        ("outside_hours", .1), ("informed_of_signal", .3)):
            if self.maybe(p):
                v[flag] = self.maybe(0.9)
        if self.maybe(0.1):
            v["iss"] = self.maybe(0.4)
        return v

    def entry(self, q, at, persons, before):
        r = self.r
        event = r.choice(["grant"] * 8 + ["request"] * 3 + ["confirm"] * 4 + ["withdraw"] * 2 +
                         ["object", "optout", "optout", "suppress", "complaint", "bounce",
                          "refuse_call", "refuse_call", "restrict", "unrestrict", "erase"])
        positive = event in ("grant", "request", "confirm")
        e = {"event": event}
        anchors = [instant(b["at"]) for b in before]
        if anchors and self.maybe(0.3):
            t = r.choice(anchors) + timedelta(
                seconds=r.choice([-1, 0, 1, 299, 300, 301, 600, 30 * 86400, 30 * 86400 - 1]))
        else:
            t = self.near(at)
        e["at"] = text_of(t)
        if self.maybe(0.15):
            e["recorded_at"] = text_of(t + timedelta(
                seconds=r.choice([-301, -300, -86400, 0, 3600, 86400 * 20])))
        if event not in ("restrict", "unrestrict", "erase") or self.maybe(0.1):
            s = self.scope(q, positive)
            partners = [b for b in before if b["event"] == "request"]
            if event == "confirm" and partners and self.maybe(0.8):
                s = partners[-1].get("scope", {})
            if s:
                e["scope"] = s
        if self.maybe(0.35):
            e["person"] = r.choice(persons)
        if self.maybe(0.3) and event not in ("restrict", "unrestrict", "erase"):
            e["point"] = r.choice(["a", "a", "b"])
        if positive:
            v = self.evidence()
            if v:
                e["evidence"] = v
            if self.maybe(0.05):
                e["effective_from"] = text_of(at + timedelta(seconds=r.choice([-1, 0, 1])))
            if self.maybe(0.07):
                e["expires_at"] = text_of(at + timedelta(seconds=r.choice([-1, 0, 1])))
        return e

    def question(self):
        r = self.r
        q = {"channel": r.choice(["email"] * 4 + ["sms", "sms", "phone", "phone", "phone",
                                  "phone", "robocall", "post"]),
             "purpose": r.choice(["marketing"] * 10 + ["newsletter", "events", "reconsent",
                                                       "charity", "charity", "claims_management",
                                                       "pension", "profiling", "service",
                                                       "service", "rights_response",
                                                       "breach_notice", "doi_confirmation",
                                                       "doi_confirmation", "sale_share",
                                                       "sale_share"]),
             "at": text_of(self.asked_at())}
        if q["purpose"] == "sale_share" and self.maybe(0.6):
            q["channel"] = "any"
        if self.maybe(0.01):
            q["channel"] = r.choice(["fax", "any"])
        if self.maybe(0.7):
            q["audience"] = r.choice(["b2c", "b2c", "b2b"])
        for flag, p in (("similar_product", .6), ("related_to_job", .6),
                        ("related_to_contract", .5), ("presumed_interest", .5),
                        ("mixed_promo", .3), ("message_has_optout", .15)):
            if self.maybe(p):
                q[flag] = self.maybe(0.8)
        if self.maybe(0.2):
            q["sector"] = r.choice(["energy_renovation", "home_adaptation", "press"])
        if self.maybe(0.12):
            q["topic"] = r.choice(["wine", "beer"])
        if self.maybe(0.1):
            q["controller"] = r.choice(["acme", "self"])
        if self.maybe(0.2):
            q["person"] = r.choice(["p1", "p2"])
        if self.maybe(0.2):
            q["known_at"] = text_of(self.near(instant(q["at"])))
        return q

    def facts(self, q):
        r, at, f = self.r, instant(q["at"]), {}
        merges = []
        if self.maybe(0.25):
            merges.append({"from": "p2", "into": "p1", "at": text_of(self.near(at))})
            if self.maybe(0.3):
                merges.append({"from": "p3", "into": r.choice(["p2", "p1"]),
                               "at": text_of(self.near(at))})
            f["merges"] = merges
        persons = ["p1", "p1", "p2", "p3"] if merges else ["p1", "p1", "p2"]
        ledger = []
        for _ in range(r.choice([0, 1, 1, 2, 2, 3, 4, 6])):
            ledger.append(self.entry(q, at, persons, ledger))
        if ledger:
            f["ledger"] = ledger
        if self.maybe(0.6):
            f["relation"] = [self.relation(at) for _ in range(r.choice([1, 1, 2, 3]))]
        point = {}
        if self.maybe(0.5):
            point["id"] = r.choice(["a", "b"])
        if self.maybe(0.4):
            point["class"] = r.choice(["personal", "professional", "professional", "generic"])
        if self.maybe(0.3):
            point["subscriber"] = r.choice(["individual", "corporate"])
        if self.maybe(0.4):
            point["informed_at_collection"] = self.maybe(0.7)
        if point:
            f["point"] = point
        f["subject"] = self.subject(at)
        if self.maybe(0.3):
            f["registers"] = [{"register": r.choice(["bloctel", "bloctel", "TPS", "CTPS",
                                                     "US-DNC", "US-DNC"]),
                               "listed_from": text_of(self.near(at))}
                              for _ in range(r.choice([1, 1, 2]))]
        if self.maybe(0.4):
            f["attempts"] = [self.attempt(q, at) for _ in range(r.choice([1, 3, 4, 5, 6]))]
        if self.maybe(0.3):
            f["activity"] = [{"kind": r.choice(["click", "open", "purchase", "reply"]),
                              "at": text_of(self.near(at))} for _ in range(r.choice([0, 1, 2]))]
        if q["purpose"] == "sale_share" and self.maybe(0.4):
            f["signals"] = [{"gpc": self.maybe(0.9), "at": text_of(self.near(at))}]
        policy = {}
        if self.maybe(0.12):
            policy["dormant_months"] = r.choice([6, 12, 48])
        if self.maybe(0.12):
            policy["freq_cap"] = {"channel": q["channel"] if q["channel"] in CHANNELS else "email",
                                  "max": r.choice([1, 2, 3]), "days": r.choice([1, 7, 30])}
        if self.maybe(0.12):
            policy["quiet_hours"] = r.choice([{"from": "22:00", "to": "08:00"},
                                              {"from": "12:00", "to": "14:00",
                                               "channels": ["sms", "email"]},
                                              {"from": "02:15", "to": "02:45"}])
        if self.maybe(0.05):
            policy["skew_s"] = r.choice([0, 60])
        for flag, value, p in (("doi_ttl_days", 7, .05), ("doi_max", 2, .05),
                               ("restrict_blocks_service", False, .05),
                               ("complaint_needs_doi", False, .05), ("us_sms_hours", False, .05),
                               ("us_sms_written", False, .05), ("de_web_doi_required", False, .05),
                               ("de_presumed_b2b", False, .05), ("fr_press_exception", False, .05),
                               ("fr_free_account", "allow", .05), ("fr_inactive_months", 24, .05),
                               ("fr_phone_consent_months", 6, .05),
                               ("merge_policy", "latest_wins", .05)):
            if self.maybe(p):
                policy[flag] = value
        if policy:
            f["policy"] = policy
        return f

    def relation(self, at):
        r = self.r
        t = self.near(at)
        x = {"kind": r.choice(["purchase", "purchase", "contract", "negotiation", "inquiry",
                               "free_account", "donation", "charity_interest",
                               "published_address"]), "at": text_of(t)}
        if x["kind"] == "contract" and self.maybe(0.6):
            x["until"] = text_of(max(t, r.choice([self.near(at), at, at + DAY])))
        if self.maybe(0.1):
            x["controller"] = r.choice(["acme", "self"])
        for flag in ("informed", "optout_offered"):
            if self.maybe(0.8):
                x[flag] = self.maybe(0.85)
        if self.maybe(0.2):
            x["no_unsolicited_statement"] = self.maybe(0.5)
        return x

    def subject(self, at):
        r, s = self.r, {}
        kind = r.randrange(10)
        if kind < 6:
            s["tz"] = r.choice(["Europe/Paris", "Europe/Paris", "Europe/Berlin", "Europe/London",
                                "America/New_York", "America/Los_Angeles", "America/Toronto",
                                "Indian/Reunion", "Australia/Lord_Howe"])
        elif kind < 8:
            s["tz_candidates"] = r.sample(["Europe/Paris", "Indian/Reunion", "America/Martinique",
                                           "America/New_York", "America/Los_Angeles"],
                                          r.choice([1, 2, 3]))
        if self.maybe(0.25):
            years = r.choice([12, 13, 14, 15, 16, 17, 40])
            day = plus_months(self.near(at).date(), -12 * years) + r.choice([-1, 0, 1]) * DAY
            s["born"] = day.isoformat()
        if self.maybe(0.02):
            s["deceased"] = True
        return s

    def attempt(self, q, at):
        r = self.r
        a = {"channel": q["channel"] if q["channel"] in CHANNELS and self.maybe(0.8)
             else r.choice(sorted(CHANNELS)), "at": text_of(self.near(at))}
        if self.maybe(0.3):
            a["purpose"] = r.choice(["marketing", "service", "doi_confirmation", "newsletter"])
        return a

    def vector(self, i):
        r, q = self.r, self.question()
        kind = r.randrange(20)
        where = r.choice(["FR", "FR", "FR", "DE", "UK", "EU", "US", "US", "US-CA", "CA"])
        if kind == 0:
            where = r.sample(["FR", "DE", "UK", "EU", "US", "US-CA", "CA"], 2)
        elif kind < 4:
            where = r.choice(["XX", "XX", [], "ES", "AT", "BE", ["XX", "FR"], ["US", "XX"]])
        v = {"id": f"R-{i}", "jurisdiction": where, "facts": self.facts(q), "question": q}
        return v


# --- Clocks (9.7) and erasure plans (9.8)

def due_of(vector):
    clock, f = vector["question"]["clock"], vector["facts"]
    holidays = {date.fromisoformat(d) for d in f.get("holidays", [])}

    def works(d):
        return d.isoweekday() < 6 and d not in holidays
    if clock == "breach_72h":
        return text_of(instant(f["aware_at"]) + timedelta(hours=72))
    if clock == "fr_accounting_10y":
        return plus_months(date.fromisoformat(f["fiscal_year_end"]), 120).isoformat()
    d = date.fromisoformat(f["from"])
    if clock.startswith("dsar"):
        d = plus_months(d, 1 if clock == "dsar_1m" else 3)
        while not works(d):
            d += DAY
    elif clock.startswith("bd_"):
        left = int(clock[3:])
        while left:
            d += DAY
            left -= works(d)
    elif clock.startswith("days_"):
        d += int(clock[5:]) * DAY
    else:
        d = plus_months(d, int(clock[7:]))
    return d.isoformat()


def clock_vector(r, i):
    clock = r.choice(["dsar_1m", "dsar_1m", "dsar_extended_3m", "breach_72h", "bd_10", "bd_15",
                      "days_45", "months_1", "months_12", "months_36", "months_60",
                      "fr_accounting_10y"])
    start = date(2023, 1, 1) + r.randrange(2000) * DAY
    if r.random() < 0.4:
        start = plus_months(start.replace(day=1), 1) - DAY
    f = {}
    if clock == "breach_72h":
        f["aware_at"] = text_of(datetime(start.year, start.month, start.day, r.randrange(24),
                                         r.randrange(60), tzinfo=UTC))
    elif clock == "fr_accounting_10y":
        f["fiscal_year_end"] = start.isoformat()
    else:
        f["from"] = start.isoformat()
    if r.random() < 0.6:
        f["holidays"] = [(start + r.randrange(100) * DAY).isoformat() for _ in range(12)]
    return {"id": f"K-{i}", "kind": "deadline", "jurisdiction": "EU", "facts": f,
            "question": {"clock": clock}}


CLASSES = {"profile": "erase", "notes": "erase", "activity_log": "erase",
           "marketing_history": "erase", "derived_index": "erase", "export_file": "erase",
           "contact_point": "erase_keep_suppression_hash", "suppression_hash": "retain",
           "consent_proof": "retain_restricted", "invoice": "retain_restricted",
           "audit_entry": "shred_payload_keep_chain",
           "change_history": "shred_payload_keep_chain",
           "backup": "replay_tombstone_on_restore",
           "shared_with_recipient": "notify_recipient"}


def erasure_vector(r, i):
    at = datetime(2026, 3, 10, 10, tzinfo=UTC)
    records = []
    for k in range(r.randrange(1, 8)):
        record = {"id": f"r{k}", "class": r.choice(sorted(CLASSES))}
        if r.random() < 0.4:
            record["retain_until"] = text_of(at + timedelta(seconds=r.choice([-1, 0, 1])))
        if r.random() < 0.3:
            record["never_used"] = r.random() < 0.7
        records.append(record)
    f = {"at": text_of(at), "records": records}
    if r.random() < 0.3:
        f["legal_hold"] = {} if r.random() < 0.3 else {
            "classes": r.sample(sorted(CLASSES), r.randrange(1, 4))}
    return {"id": f"E-{i}", "kind": "erasure", "jurisdiction": "FR", "facts": f, "question": {}}


def actions_of(vector):
    f, out = vector["facts"], {}
    for record in f["records"]:
        kind, action = record["class"], CLASSES[record["class"]]
        held = "legal_hold" in f and kind in f["legal_hold"].get("classes", [kind])
        if kind == "consent_proof" and record.get("never_used"):
            action = "erase"
        if kind == "invoice" and "retain_until" in record and \
                instant(record["retain_until"]) <= instant(f["at"]):
            action = "erase"
        out[record["id"]] = "hold" if held else action
    return out


def expected_of(vector):
    kind = vector.get("kind", "contact")
    if kind == "deadline":
        return {"due": due_of(vector)}
    if kind == "erasure":
        return {"actions": actions_of(vector)}
    return shown(decide(vector))


def replay(relata, vectors, path):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(vectors, out)
    run = subprocess.run([relata, "consent", "replay", path], capture_output=True, text=True,
                         check=False)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    if len(lines) != len(vectors):
        sys.exit(f"{len(lines)} answers to {len(vectors)} questions\n{run.stderr[:2000]}")
    return lines


def main():
    args = argparse.ArgumentParser()
    args.add_argument("relata")
    args.add_argument("--count", type=int, default=4000)
    args.add_argument("--seed", type=int,
                      default=int(os.environ.get("RELATA_SEED", random.randrange(1 << 32))))
    args.add_argument("--vectors", help="compare on these vectors, with what they expect too")
    args.add_argument("--work", default="consent_oracle.json")
    a = args.parse_args()
    print(f"seed {a.seed}")
    rng = random.Random(a.seed)
    if a.vectors:
        with open(a.vectors, encoding="utf-8") as f:
            vectors = json.load(f)
        vectors = vectors["vectors"] if isinstance(vectors, dict) else vectors
    else:
        draw = Draw(rng)
        vectors = [draw.vector(i) for i in range(a.count)]
        vectors += [clock_vector(rng, i) for i in range(a.count // 20)]
        vectors += [erasure_vector(rng, i) for i in range(a.count // 20)]
    wrong, reasons = 0, {}
    for vector, answer in zip(vectors, replay(a.relata, vectors, a.work)):
        expected = expected_of(vector)
        typed = vector.get("expected", {})
        answer.pop("id", None)
        reasons[answer.get("reason", "")] = reasons.get(answer.get("reason", ""), 0) + 1
        if answer == expected and all(expected.get(k) == v for k, v in typed.items()):
            continue
        wrong += 1
        if wrong <= 12:
            print(json.dumps(vector), "\n  answered ", answer, "\n  by the text", expected, typed)
    print(f"{len(vectors)} vectors, {len(reasons)} reasons, {wrong} differences")
    if wrong == 0 and os.path.exists(a.work):
        os.remove(a.work)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
