# Where in the memory of this process that lies which is compared before and after a load, so that somebody outside can look whether it is still the same.
# To look at an object from inside costs a copy of its page, because looking changes its count of references; a look from outside changes nothing.
import array

# How the interpreter lays out what it has; of another version nothing is said, and then everything is compared from inside.
LAID_OUT = sys.implementation.name == "cpython" and sys.version_info[:2] == (3, 11) and sys.maxsize > 1 << 32 and not hasattr(sys, "gettotalrefcount")
# A class: its kind, its functions of C, its bases, and the functions of C for operators; not its flags, version and caches.
OF_CLASSES = ((8, 16), (24, 168), (184, 352), (376, 384), (392, 848))
OF_STATICS = OF_CLASSES[:-1] + ((392, 408),)
MANAGED_DICT = 1 << 4


def word(address):
    return ctypes.c_uint64.from_address(address).value


def of_dict(thing):
    """How many it has, its version and its tables; then what the table of keys holds, and the values where they lie apart."""
    at = id(thing)
    keys, values = word(at + 32), word(at + 40)
    index, kind = word(keys + 8) >> 8 & 255, word(keys + 8) >> 16 & 255
    yield at + 16, 32
    yield keys + 16, 16 + (1 << index) + word(keys + 24) * (16 if kind else 24)
    if values:
        yield values - 8, 8 + 8 * word(keys + 24)


def of_container(thing):
    at = id(thing)
    if of(thing, dict):
        yield from of_dict(thing)
    elif of(thing, list):
        yield at + 16, 16
        yield word(at + 24), 8 * word(at + 16)
    else:
        yield at + 16, 32
        yield word(at + 40), 16 * (word(at + 32) + 1)


def of_instance(thing, held):
    """Where an object keeps its attributes; None where that cannot be told."""
    kind, at = type(thing), id(thing)
    offset = kind.__dictoffset__
    if FLAGS(kind) & MANAGED_DICT:
        offset = -24
    elif offset < 0:
        # Counted from the end of an object whose length is its own.
        offset += (kind.__basicsize__ + kind.__itemsize__ * abs(ctypes.c_int64.from_address(at + 16).value) + 7) // 8 * 8
    return at + offset if offset and word(at + offset) == id(held) else None


def memory(before):
    """
    Pieces of memory, each with the number of what it belongs to in the groups of a picture. None where something that is compared lies nowhere that could be
    told.
    """
    found, number = array.array("Q"), itertools.count()

    def add(mine, *pieces):
        for at, length in JOINED(pieces):
            if length:
                found.extend((at, length, mine))
    modules, classes, lists, containers, objects, cells, named, statics, bodies = numbered(before)
    for _, module, names, _, _ in modules:
        add(next(number), ((id(module) + 8, 16),), of_dict(names) if names else ())
    for _, _, thing, _, _ in classes:
        add(next(number), [(id(thing) + start, end - start) for start, end in OF_CLASSES], of_dict(gc.get_referents(HELD(thing))[0]))
    for _, held, _ in lists + containers:
        add(next(number), of_container(held))
    for _, thing, _, held, _, _, inner in objects:
        at = of_instance(thing, held)
        if at is None:
            return None
        add(next(number), ((id(thing) + 8, 8), (at, 8)), of_dict(held), *[of_container(one) for _, one, _ in inner])
    for cell in cells:
        add(next(number), ((id(cell) + 16, 8),))
    for _, _, held in named:
        add(next(number), of_dict(held))
    for _, thing, names, _ in statics:
        add(next(number), [(id(thing) + start, end - start) for start, end in OF_STATICS], of_dict(gc.get_referents(names)[0]))
    for _, _, one, _, _ in bodies:
        add(next(number), ((id(one) + 16, 64),))
    add(next(number), of_dict(MODULES))
    return found


def laid_down(before):
    """A file in memory that says where what is compared lies, for whoever looks from outside; none where that is not known."""
    found = memory(before) if LAID_OUT else None
    if found is None:
        return []
    number = os.memfd_create("places")
    with open(number, "wb", closefd=False) as file:
        file.write(found.tobytes())
    return [number]
