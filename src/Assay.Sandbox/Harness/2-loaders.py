# The loaders as their users call them, and a shallow use of what they return.
import atexit
import bz2
import gc
import gzip
import io
import itertools
import lzma
import pickle

H5_NAMES, H5_BYTES = 256, 1 << 20


# The module at whose level users load: what a payload imports or defines there is there for its threads and callbacks later, as in a notebook.
MAIN = None
READY = {}


def script(source):
    """A loader that is a few lines at the level of a module; PATH stands for the file."""
    def load(path):
        code = READY.get((source, path)) or compiled(source, path)
        names = MAIN.__dict__
        exec(code, names)
        return names.pop("model", None)
    load.source = source
    return load


def compiled(source, path):
    return compile(source.replace("PATH", repr(path)), "load.py", "exec", 0, True)


def ready(loader, path):
    """Compiles what a loader runs before anything is watched."""
    source = getattr(loader, "source", None)
    if source is not None:
        READY[source, path] = compiled(source, path)


def _pickle(opened, module):
    return script("import %s\nwith %s(PATH, 'rb') as file:\n    model = %s.load(file)\n" % (module if opened == "open" else opened.split(".")[0] + ", " + module, opened, module))


def _torch(path):
    import torch
    try:
        return torch.load(path, map_location="cpu", weights_only=False)
    except TypeError:
        # Before 1.13 there was no such setting.
        return torch.load(path, map_location="cpu")


def _h5py(path):
    import h5py
    with h5py.File(path, "r") as file:
        names = []
        file.visit(names.append)
        # A visit follows no link out of the file and reads no value; whoever takes what is there by its name does both.
        for group in [file] + [file[name] for name in names[:H5_NAMES]]:
            dict(group.attrs)
            for name in itertools.islice(group, H5_NAMES) if isinstance(group, h5py.Group) else ():
                try:
                    thing = group[name]
                    if isinstance(thing, h5py.Dataset):
                        thing[()] if thing.size is not None and thing.nbytes <= H5_BYTES else thing[tuple(0 for _ in thing.shape)]
                except Exception:
                    # A file that is not there, a filter that is not installed: the next value may still be read.
                    pass
        return names


# What a user of R does with a file that somebody gave to them: load() or readRDS(), by how it begins, and a look at what came.
R = """local({
    head <- readBin(con <- gzfile(path <- "PATH", "rb"), "raw", 2L); close(con)
    value <- if (identical(as.character(head), c("52", "44"))) as.list(local({ into <- new.env(); load(path, envir = into); into })) else readRDS(path)
    utils::capture.output(utils::str(value, max.level = 2L, list.len = 20L))
    class(value)[1L]
})"""
EVALUATE = None


def start_r():
    """Starts R in this process, where its library is; returns its version, and None where there is none."""
    global EVALUATE
    pointer = ctypes.c_void_p
    os.environ["R_HOME"] = "/usr/lib/R"
    try:
        r = ctypes.CDLL("/usr/lib/R/lib/libR.so", mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return None
    # Its own handlers of signals, and its idea of where the stack ends, are for a program that is R alone.
    ctypes.c_int.in_dll(r, "R_SignalHandlers").value = 0
    given = [b"R", b"--vanilla", b"--no-echo", b"--no-readline"]
    r.Rf_initEmbeddedR(len(given), (ctypes.c_char_p * len(given))(*given))
    ctypes.c_size_t.in_dll(r, "R_CStackLimit").value = ctypes.c_size_t(-1).value
    text, protect, parse, run, element, letters = r.Rf_mkString, r.Rf_protect, r.R_ParseVector, r.R_tryEvalSilent, r.VECTOR_ELT, r.STRING_ELT
    for function in (text, protect, parse, run, element, letters):
        function.restype = pointer
    chars, said = r.R_CHAR, r.R_curErrorBuf
    chars.restype = said.restype = ctypes.c_char_p
    everything, nothing = pointer.in_dll(r, "R_GlobalEnv"), pointer.in_dll(r, "R_NilValue")
    number, refer = ctypes.c_int, ctypes.byref

    def evaluate(source):
        failed = number()
        parsed = protect(pointer(parse(pointer(protect(pointer(text(source.encode())))), -1, refer(failed), nothing)))
        value = run(pointer(element(pointer(parsed), 0)), everything, refer(failed))
        if failed.value:
            raise RuntimeError(said().decode("utf-8", "replace").strip())
        return chars(pointer(letters(pointer(value), 0))).decode("utf-8", "replace")
    EVALUATE = evaluate
    return evaluate("paste0(R.version$major, '.', R.version$minor)")


def _r(path):
    return EVALUATE(R.replace("PATH", path))


LOADERS = {
    "pickle.load": _pickle("open", "pickle"),
    "pickle.load(gzip.open)": _pickle("gzip.open", "pickle"),
    "pickle.load(bz2.open)": _pickle("bz2.open", "pickle"),
    "pickle.load(lzma.open)": _pickle("lzma.open", "pickle"),
    "pickle.loads(zstandard)": script(
        "import pickle, zstandard\nwith open(PATH, 'rb') as file, zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as content:\n"
        "    model = pickle.loads(content.read())\n"),
    "torch.load": _torch,
    "torch.load(weights_only=True)": script("import torch\nmodel = torch.load(PATH, map_location='cpu', weights_only=True)\n"),
    "torch.jit.load": script("import torch\nmodel = torch.jit.load(PATH, map_location='cpu')\n"),
    "joblib.load": script("import joblib\nmodel = joblib.load(PATH)\n"),
    "numpy.load": script(
        "import numpy\nmodel = numpy.load(PATH, allow_pickle=True)\nif hasattr(model, 'files'):\n    model = {name: model[name] for name in model.files}\n"),
    # Which compression it is, pandas tells by the name of the file.
    "pandas.read_pickle": script("import pandas\nmodel = pandas.read_pickle(PATH)\n"),
    "dill.load": _pickle("open", "dill"),
    "cloudpickle.load": _pickle("open", "cloudpickle"),
    "skops.io.load": script("import skops.io\nmodel = skops.io.load(PATH, trusted=skops.io.get_untrusted_types(file=PATH))\n"),
    "keras.models.load_model": script("import keras\nmodel = keras.models.load_model(PATH)\n"),
    "h5py.File": _h5py,
    "onnx.load": script("import onnx\nmodel = onnx.load(PATH)\n"),
    "onnxruntime.InferenceSession": script("import onnxruntime\nmodel = onnxruntime.InferenceSession(PATH, providers=['CPUExecutionProvider'])\n"),
    "readRDS or load (R)": _r,
}

# They ask for the real path of the file, and what is behind a descriptor has none.
FROM_FILE = {"keras.models.load_model", "h5py.File", "onnxruntime.InferenceSession"}


def use(thing):
    """What nearly every user does next: looks at it, and asks a small model for one answer on zeros."""
    seen = [thing]
    if isinstance(thing, dict):
        seen += list(thing.values())[:64]
    elif isinstance(thing, (list, tuple)):
        seen += list(thing[:64])
    for item in seen:
        type(item).__name__
        for name in list(getattr(item, "__dict__", ()))[:256]:
            getattr(item, name, None)
        try:
            len(item)
        except Exception:
            pass
    features = getattr(thing, "n_features_in_", None)
    numpy = sys.modules.get("numpy")
    if isinstance(features, int) and 0 < features < 100000 and numpy and hasattr(thing, "predict"):
        thing.predict(numpy.zeros((1, features)))
    torch = sys.modules.get("torch")
    if torch and isinstance(thing, torch.nn.Module):
        first = next((m for m in thing.modules() if isinstance(m, torch.nn.Linear)), None)
        if first is not None:
            with torch.no_grad():
                thing.eval()(torch.zeros(1, first.in_features))
    elif callable(thing) and not isinstance(thing, type):
        # A pickled function or partial was saved in order to be called.
        thing()
