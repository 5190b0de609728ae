"""Where cruet answers otherwise than Werkzeug, and why it should."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Outcome = tuple[Any, ...]
Applies = Callable[[tuple[Any, ...], Outcome, Outcome], bool]


@dataclass(frozen=True)
class Difference:
    """A reason to differ.

    :ivar applies: (arguments, cruet's outcome, Werkzeug's) -> whether this is such a case.
    :ivar example: an operation and its arguments for which the two do differ.
    """

    operations: frozenset[str]
    reason: str
    applies: Applies
    example: tuple[str, tuple[Any, ...]]


DIFFERENCES: list[Difference] = []


def differs(operations: str, reason: str, *example: Any) -> Callable[[Applies], Applies]:
    """List the function as one that tells a difference; the first operation has the example."""

    def listed(applies: Applies) -> Applies:
        names = operations.split()
        known = Difference(frozenset(names), reason, applies, (names[0], example))
        DIFFERENCES.append(known)
        return applies

    return listed


def reason_for(operation: str, arguments: tuple[Any, ...], ours: Any, theirs: Any) -> str | None:
    """The reason for which these answers may differ, None where there is none."""
    for known in DIFFERENCES:
        if operation in known.operations and known.applies(arguments, ours, theirs):
            return known.reason
    return None


def _raises(outcome: Outcome, name: str) -> bool:
    return outcome[:2] == ("raises", name)


def _raises_unicode_error(outcome: Outcome) -> bool:
    return outcome[0] == "raises" and outcome[1].startswith("Unicode")


@differs(
    "converter_arguments described matches builds",
    "What stands behind the last argument and is none is an error, as it is before it; Werkzeug"
    " drops it in silence.",
    "a=",
)
def _trailing_argument(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return _raises(ours, "ValueError") and theirs[0] == "gives"


@differs(
    "date if_range conditional modified",
    "A date in no year that there is is none; Werkzeug raises OverflowError, which a client could"
    " make an error of the server.",
    f"1 Jan 2020 00:00:00 +{'9' * 30}",
)
def _date_in_no_year(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return ours[0] == "gives" and _raises(theirs, "OverflowError")


@differs(
    "if_range",
    "What a client sent that is no entity tag is written as it stands; Werkzeug raises ValueError,"
    " which a client could make an error of the server.",
    'a"b',
)
def _no_tag(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return ours[0] == "gives" and _raises(theirs, "ValueError")


@differs(
    "content_range byte_range conditional",
    "Positions have 63 bits, for no content is longer; beyond they are taken for the last one.",
    "bytes 0-99999999999999999999/*",
)
def _long_position(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return re.search(r"\d{19}", repr(arguments)) is not None


@differs(
    "iri_to_uri current_url uri_to_iri uri_round_trip location redirect environ_host environ_built"
    " request_fields response_fields",
    "A host that IDNA cannot have stays as it is; Werkzeug raises UnicodeError, from properties of"
    " the request too, which a client could make an error of the server.",
    "http://.example.org/",
)
def _no_idna(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return _raises_unicode_error(theirs)


@differs(
    "described matches builds bound_to_environ",
    "A variable used twice in a rule is a ValueError, before all else that is wrong with it;"
    " Werkzeug's generated code is a SyntaxError.",
    {"rule": "/<x>/<x>", "endpoint": "e"},
)
def _used_twice(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return _raises(ours, "ValueError") and theirs[0] == "raises"


@differs(
    "environ_cookies cookies request_fields",
    "What is not UTF-8 in a cookie becomes U+FFFD, and text that is not the bytes of a field is"
    " read as it stands; Werkzeug raises, which a client could make an error of the server.",
    "a=\xff",
)
def _cookie_not_utf8(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return _raises_unicode_error(theirs) and ours[0] == "gives"


@differs(
    "host environ_host request_fields",
    "Where hosts are named that are trusted, one that is not known is not: SecurityError.",
    *("http", None, None, ["example.org"]),
)
def _unknown_host(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return _raises(ours, "SecurityError") and theirs[0] == "gives"


@differs(
    "host environ_host request_fields",
    "A host with two ports is none; Werkzeug takes one off where it is the scheme's own.",
    *("http", "a:8:80", None, None),
)
def _two_ports(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return re.search(r":\d+:\d+", repr(arguments)) is not None


@differs(
    "trusted host environ_host",
    "An IPv6 literal in brackets may be trusted; Werkzeug takes its last number for a port.",
    *("[::1]", ["[::1]"]),
)
def _trusted_literal(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return any(mark in repr(arguments) for mark in ("'[", "::")) and (
        theirs == ("gives", False) or theirs[0] == "raises"
    )


if sys.version_info < (3, 13):  # whose codec raises what Werkzeug catches

    @differs(
        "trusted host environ_host",
        "What IDNA cannot have is not trusted, and trusts nobody; Werkzeug raises.",
        *("a.b", ["a..b"]),
    )
    def _trusted_without_idna(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
        return _raises_unicode_error(theirs)


@differs(
    "environ_host slash_redirect location",
    "Functions over an environ decode SCRIPT_NAME and PATH_INFO, as Request's attributes do;"
    " Werkzeug takes their bytes for Latin-1.",
    *({"SCRIPT_NAME": "/\xc3\xa9"}, None),
)
def _environ_bytes(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    environ = next(given for given in arguments if isinstance(given, dict))
    return any(not environ.get(key, "").isascii() for key in ("SCRIPT_NAME", "PATH_INFO"))


@differs(
    "uri_to_iri iri_to_uri uri_round_trip location redirect environ_built request_fields"
    " response_fields current_url",
    "The slashes of an empty authority stay, as urllib keeps them from Python 3.12.2 on; Werkzeug"
    " drops them, or adds some where there were none.",
    "mailto://",
)
def _empty_authority(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    asked = repr(arguments)
    return re.search(r"\w://:*([/?#'\"]|$)", asked) is not None or "itms-services:" in asked.lower()


@differs(
    "multipart",
    "max_form_memory_size counts the bytes of a field; Werkzeug also counts what waits in its"
    " buffer, so that much depends on how the body comes and a small limit refuses every form.",
    *("b", [b"--b--\r\n"], {"max_form_memory_size": 1}, True),
)
def _memory_counted(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    limits = arguments[2] if len(arguments) > 2 else {}
    return limits.get("max_form_memory_size") is not None and _raises(
        theirs, "RequestEntityTooLarge"
    )


@differs(
    "multipart_events multipart request_form",
    "The name of a part that has none is empty: names are text.",
    *(b"b", [b"--b\r\nContent-Disposition: form-data\r\n\r\n\r\n--b--"], {}),
)
def _unnamed(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return repr(theirs).replace("None", "''") == repr(ours).replace("None", "''")


@differs(
    "multipart_events multipart request_form",
    "A part without any field is malformed; Werkzeug reads on, with the next delimiter and head as"
    " that part's head.",
    *(
        b"b",
        [b"--b\r\n\r\n-\r\n--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b--"],
        {},
    ),
)
def _no_head(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    body = arguments[1] if isinstance(arguments[1], bytes) else b"".join(arguments[1])
    return re.search(rb"--[^\r\n]*(\r\n|\n|\r)[ \t]*(\r\n|\r|\n)", body) is not None


@differs(
    "multipart_events multipart request_form",
    "Where two CRs end a part's head, an LF behind them is the part's own; Werkzeug drops it.",
    *(
        b"b",
        [b"--b\r\nContent-Disposition: form-data; name=a\r\r\n\r\n--b--"],
        {},
    ),
)
def _mixed_breaks(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    body = arguments[1] if isinstance(arguments[1], bytes) else b"".join(arguments[1])
    return b"\r\r\n" in body


@differs(
    "multipart_encoded environ_built",
    "A quote in a field's or file's name is escaped, and so are line breaks, as browsers do;"
    " Werkzeug writes them as they are, which ends the name early.",
    *([], [("f", 'a"b', b"", None)]),
)
def _escaped_name(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return any(escape in repr(ours) for escape in ("%22", "%0D", "%0A"))


@differs(
    "safe_join",
    "A path with NUL in it is no path; Werkzeug gives it, and opening it raises ValueError.",
    *("/srv", ["a\x00"]),
)
def _nul(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return ours == ("gives", None) and "\x00" in "".join(arguments[1])


@differs(
    "www_authenticate",
    "A scheme alone has no token, and is written without a blank behind it.",
    "Negotiate",
)
def _scheme_alone(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return " " not in arguments[0].strip()


@differs(
    "authorization request_fields",
    "Basic credentials that are not ASCII are none; Werkzeug raises ValueError, which a client"
    " could make an error of the server.",
    "Basic \xe9",
)
def _basic_not_ascii(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return _raises(theirs, "ValueError") and ours == ("gives", None)


@differs(
    "converter_arguments described",
    "Numbers in a rule are written in ASCII digits; Werkzeug takes those of every script.",
    "\u0663",
)
def _other_digits(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return any(c.isdigit() and not c.isascii() for c in repr(arguments))


@differs(
    "described matches builds",
    "A converter's argument of the wrong type is a TypeError when the rule is made; Werkzeug fails"
    " at the first request, or never.",
    {"rule": "/<int(a, 'b'):x>", "endpoint": "e"},
)
def _wrong_type(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return _raises(ours, "TypeError")


@differs(
    "header_set_changed",
    "What is removed from a HeaderSet is gone, also where it was said in another case.",
    *(["a"], [("remove", ["A"], {})]),
)
def _removed(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return any(step[0] in ("remove", "discard") for step in arguments[1])


@differs(
    "header_set_changed",
    "What a HeaderSet lists is in it; Werkzeug forgets what was listed twice and is replaced or"
    " deleted in one of its places.",
    *(["a", "b"], [("__setitem__", [1, "a"], {}), ("__delitem__", [0], {}), ("as_set", [], {})]),
)
def _listed_twice(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    lists = [[name.lower() for name in listed] for _, _, (listed, _) in ours[1][0]]
    return any(len(set(names)) < len(names) for names in lists)


@differs(
    "multipart_events",
    "All malformed bodies raise one ValueError; Werkzeug has UnicodeDecodeError among its own.",
    *(b"b", [b"--b\r\n\r\n\x80\r\n--b\r\n\r\n\r\n--b--\r\n"], {}),
)
def _undecodable(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return _raises(ours, "ValueError") and _raises(theirs, "UnicodeDecodeError")


@differs(
    "www_authenticate_made",
    "Setting WWWAuthenticate.token sets it; Werkzeug adds a parameter of that name as well.",
    *("digest", None, "t"),
)
def _token_set(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return "('token', " in repr(theirs)


@differs(
    "converter_arguments described",
    "A comma separates two numbers as it separates all else; Werkzeug takes it for a point.",
    "1,0",
)
def _comma(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    text = arguments[0] if isinstance(arguments[0], str) else arguments[0]["rule"]
    return re.search(r"\d[^\d.](\d|\s*(\)|$))", text) is not None


@differs(
    "date if_range modified conditional request_fields response_fields",
    "A year of two digits lies at most fifty years ahead, as RFC 9110 section 5.6.7 has it;"
    " Werkzeug knows 1969 to 2068.",
    "Tuesday, 01-Jan-69 00:00:00 GMT",
)
def _short_year(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return re.search(r"[a-z]-(69|7\d)\b", repr(arguments)) is not None


@differs("etags", "The empty entity tag is empty text; Werkzeug makes None of it.", *('""', []))
def _empty_tag(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    # None cannot be sorted among the others.
    return '""' in arguments[0] and ("None" in repr(theirs) or _raises(theirs, "TypeError"))


@differs(
    "multi_dict",
    "A key with an empty list has no first value; Werkzeug raises IndexError where it lists them.",
    *([], [("setlist", ["a", []], {}), ("to_dict", [], {})]),
)
def _no_first(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return "IndexError" in repr(theirs)


@differs(
    "slash_redirect",
    "What means something in a URL is quoted when it stands in the path that is redirected to.",
    {"PATH_INFO": "/a?b"},
)
def _path_quoted(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return re.search("[%?#:]", arguments[0]["PATH_INFO"]) is not None


@differs(
    "content_range",
    "A length or an end of -0 is none: the grammar has no signs.",
    "bytes */-0",
)
def _minus_zero(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return ours == ("gives", None) and re.search(r"-\s*0", arguments[0]) is not None


@differs(
    "byte_range conditional",
    "A range ends at a number: 0--0 is malformed, as the grammar has no signs.",
    *("bytes=0--0", [1]),
)
def _minus_end(arguments: Any, ours: Outcome, theirs: Outcome) -> bool:
    return re.search(r"-(\s|\\t)*-(\s|\\t)*0", repr(arguments)) is not None
