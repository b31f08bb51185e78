"""Writes identifiers.tsv and names.tsv, what the lexer must know of Unicode and .NET does not tell, from the running Python's unicodedata."""
import sys
import unicodedata as u

EVERY = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def hexadecimal(text):
    return " ".join("%X" % ord(c) for c in text)


def is_hangul(char):
    return 0xAC00 <= ord(char) <= 0xD7A3


def runs(pairs):
    """Joins (first, text) whose one character grows with the code point."""
    found = []
    for code, text in pairs:
        last = found[-1] if found else None
        if last and len(text) == 1 == len(last[2]) and code == last[1] + 1 and ord(text) - ord(last[2]) == code - last[0]:
            last[1] = code
        else:
            found.append([code, code, text])
    return found


def identifiers(out):
    print("# What NFKC makes of identifiers, of Unicode %s; written by unicode.py." % u.unidata_version, file=out)
    print("# D first last text: compatibility decomposition, that of each next code point one higher. C first last class: combining class. P composed base mark.", file=out)
    part = [c for c in EVERY if ("a" + c).isidentifier() and not is_hangul(c)]
    for first, last, text in runs((ord(c), u.normalize("NFKD", c)) for c in part if u.normalize("NFKD", c) != c):
        print("D", "%X" % first, "%X" % last, hexadecimal(text), sep="\t", file=out)
    classes = []
    for c in part:
        of = u.combining(c)
        if of and classes and classes[-1][1] + 1 == ord(c) and classes[-1][2] == of:
            classes[-1][1] = ord(c)
        elif of:
            classes.append([ord(c), ord(c), of])
    for first, last, of in classes:
        print("C", "%X" % first, "%X" % last, of, sep="\t", file=out)
    for c in part:
        pair = u.decomposition(c).split()
        if len(pair) == 2 and pair[0][0] != "<" and u.normalize("NFC", c) == c:
            print("P", "%X" % ord(c), *pair, sep="\t", file=out)


CONTROLS = """NULL,START OF HEADING,START OF TEXT,END OF TEXT,END OF TRANSMISSION,ENQUIRY,ACKNOWLEDGE,ALERT,BACKSPACE,CHARACTER TABULATION,LINE FEED,LINE TABULATION,
FORM FEED,CARRIAGE RETURN,SHIFT OUT,SHIFT IN,DATA LINK ESCAPE,DEVICE CONTROL ONE,DEVICE CONTROL TWO,DEVICE CONTROL THREE,DEVICE CONTROL FOUR,NEGATIVE ACKNOWLEDGE,
SYNCHRONOUS IDLE,END OF TRANSMISSION BLOCK,CANCEL,END OF MEDIUM,SUBSTITUTE,ESCAPE,INFORMATION SEPARATOR FOUR,INFORMATION SEPARATOR THREE,INFORMATION SEPARATOR TWO,
INFORMATION SEPARATOR ONE,NUL,SOH,STX,ETX,EOT,ENQ,ACK,BEL,BS,HT,TAB,LF,NL,EOL,NEW LINE,END OF LINE,VT,VERTICAL TABULATION,HORIZONTAL TABULATION,FF,CR,SO,SI,
LOCKING-SHIFT ONE,LOCKING-SHIFT ZERO,DLE,DC1,DC2,DC3,DC4,NAK,SYN,ETB,CAN,EOM,EM,SUB,ESC,FILE SEPARATOR,GROUP SEPARATOR,RECORD SEPARATOR,UNIT SEPARATOR,FS,GS,RS,US,
SP,DELETE,DEL,NEL,NEXT LINE,NBSP,SHY,ZWSP,ZWNJ,ZWJ,BOM,BYTE ORDER MARK"""


def names(out):
    print("# Characters by name: Latin-1, and all that NFKC turns into one of ASCII; written by unicode.py. An @ counts from A.", file=out)
    listed = [(u.name(c), ord(c)) for c in EVERY if u.name(c, "") and (c <= "\xff" or (u.normalize("NFKC", c) < "\x7f" and len(u.normalize("NFKC", c)) == 1))]
    for name in CONTROLS.replace("\n", "").split(","):
        listed.append((name, ord(u.lookup(name))))
    found = []
    for name, code in listed:
        last = found[-1] if found else None
        begin, letter = name[:-1], name[-1:]
        if last and begin.endswith(" ") and begin == last[2] and code == last[1] + 1 and letter == chr(65 + code - last[0]):
            last[1] = code
        elif begin.endswith(" ") and letter == "A":
            found.append([code, code, begin])
        else:
            found.append([code, code, None, name])
    for first, last, begin, *name in found:
        print("%X" % first, "%X" % last, name[0] if name else begin + "@", sep="\t", file=out)


if __name__ == "__main__":
    folder = sys.argv[1]
    with open(folder + "/identifiers.tsv", "w", encoding="ascii", newline="\n") as out:
        identifiers(out)
    with open(folder + "/names.tsv", "w", encoding="ascii", newline="\n") as out:
        names(out)
