#!/usr/bin/python3
"""Writes harmless models of every kind that the installed libraries can write, with a labels.tsv, for `bench/detonate`.

    make_benign.py FOLDER

Debian: python3-torch python3-sklearn python3-pandas python3-joblib python3-h5py python3-onnx python3-xgboost python3-dill python3-cloudpickle r-base-core.
What is not installed is left out, and so is what a library refuses to write. The same every time but for what libraries write of themselves.
"""
import bz2
import collections
import datetime
import decimal
import fractions
import functools
import gzip
import io
import lzma
import os
import pathlib
import pickle
import random
import subprocess
import sys
import uuid
import warnings

warnings.simplefilter("ignore")
folder = pathlib.Path(sys.argv[1])
written, refused = [], []
# These carry code that runs while they are loaded: methods that take a state or make an object, and a graph that is compiled from its source. A test load says so, and is right.
CARRY_CODE = {"cloudpickle/child.pkl", "cloudpickle/collection.pkl", "dill/child.pkl", "dill/child_r.pkl", "torch/graph.pt"}


def write(kind, name, make):
    path = folder / kind / name
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        made = make(path)
        if isinstance(made, (bytes, bytearray)):
            path.write_bytes(made)
    except Exception as error:
        refused.append("%s/%s: %s" % (kind, name, ascii(error)[:120]))
        path.unlink(missing_ok=True)
        return
    if path.exists():
        written.append("%s/%s" % (kind, name))


def library(name):
    try:
        return __import__(name, fromlist=["_"])
    except Exception:
        return None


Point = collections.namedtuple("Point", "x y")


def plain():
    things = {
        "numbers": [1, -1, 2 ** 70, 1.5, 1j, True, None], "texts": {"a": "b", "é": "\ud800", b"c": bytearray(b"d")}, "sets": [{1, 2}, frozenset([3])],
        "dates": [datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, tzinfo=datetime.timezone.utc), datetime.timedelta(1), datetime.time(4)],
        "decimals": [decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.UUID(int=5), pathlib.PurePosixPath("/a/b")],
        "collections": [collections.OrderedDict(a=1), collections.Counter("aab"), collections.deque([1], 3), collections.defaultdict(list, a=[1]), collections.ChainMap({})],
        "partial": functools.partial(max, 1), "random": random.Random(1).getstate(), "random_object": random.Random(1), "types": [int, dict, len, range(3), slice(1, 2)], "deep": functools.reduce(lambda a, _: [a], range(300), []),
        "shared": [[1, 2]] * 50, "exception": ValueError("no"), "complex": complex(1, 2), "ellipsis": [..., NotImplemented],
    }
    for name, thing in things.items():
        for protocol in (0, 2, 4, 5):
            write("pickle", "%s_%d.pkl" % (name, protocol), lambda path: pickle.dumps(thing, protocol))
    for suffix, pack in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        write("pickle", "packed.pkl." + suffix, lambda path: pack(pickle.dumps(things["dates"])))


def functions(name):
    module = library(name)
    if not module:
        return
    import dataclasses
    import enum
    import typing

    def counted(n):
        total = [0]

        def add(x, *, by=n):
            total[0] += x * by
            return total[0]
        return add

    class Plain:
        kind = "plain"

        def __init__(self, a=1):
            self.a = a

        @property
        def twice(self):
            return 2 * self.a

        @staticmethod
        def one():
            return 1

        @classmethod
        def make(cls):
            return cls()

    class Child(Plain):
        def __getstate__(self):
            return {"a": self.a}

        def __setstate__(self, state):
            self.a = state["a"]

    class Slots:
        __slots__ = ("a",)

    @dataclasses.dataclass
    class Settings:
        rate: float = 0.1
        names: list = dataclasses.field(default_factory=list)

    @dataclasses.dataclass(frozen=True, order=True)
    class Frozen:
        a: int
        b: typing.Optional[str] = None

    class Colour(enum.Enum):
        RED = 1
        BLUE = "b"

    class Flags(enum.IntFlag):
        A = 1
        B = 2

    class Row(typing.NamedTuple):
        a: int
        b: str = "x"

    class Meta(type):
        pass

    class Made(metaclass=Meta):
        pass

    def generator():
        yield 1

    async def later():
        return 1
    slots = Slots()
    slots.a = 1
    things = {
        "lambda": lambda x=1: x + 1, "closure": counted(2), "class": Plain, "object": Plain(3), "child": Child(4), "slots": slots, "dataclass": Settings, "dataclass_object": Settings(0.5, ["a"]),
        "frozen": Frozen(1), "enum": Colour.RED, "enum_class": Colour, "flags": Flags.A | Flags.B, "named": Row(1), "named_class": Row, "meta": Made, "generator": generator, "async": later,
        "method": Plain(1).make, "partial": functools.partial(counted, 3), "module": os.path, "many": {"f": counted, "c": Plain, "o": [Plain(i) for i in range(5)]}, "recursive": None,
        "wrapped": functools.lru_cache(maxsize=2)(lambda x=2: x), "collection": collections.namedtuple("Pair", "a b")(1, 2), "property": [Plain(1), Plain.twice],
    }
    loop = [Plain()]
    loop.append(loop)
    things["recursive"] = loop
    for key, thing in things.items():
        for recurse in (False, True) if name == "dill" else (False,):
            write(name, "%s%s.pkl" % (key, "_r" if recurse else ""), lambda path: module.dumps(thing, **({"recurse": True} if recurse else {})))


def arrays():
    numpy = library("numpy")
    if not numpy:
        return
    made = {}
    for code in ("?", "i1", "u1", "<i2", ">u2", "<i4", ">i8", "<f2", "<f4", ">f8", "<c8", "<c16", "S5", "<U4", "<M8[D]", "<m8[ns]", "longdouble", "V3"):
        made[code.strip("<>").replace("[", "_").replace("]", "")] = numpy.zeros((2, 3), dtype=code)
    made["record"] = numpy.zeros(3, dtype=[("a", "<i4"), ("b", "<f8", (2,))])
    made["object"] = numpy.array([1, "a", None, {"b": [2.5]}], dtype=object)
    made["fortran"] = numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3))
    made["empty"], made["scalar"] = numpy.zeros((0, 3)), numpy.array(1.5)
    made["masked"] = numpy.ma.masked_array([1.0, 2.0], [True, False])
    made["matrix"] = numpy.matrix([[1, 2]])
    made["records"] = numpy.rec.array([(1, 2.0)], names="a,b")
    for name, array in made.items():
        def save(path):
            with open(path, "wb") as file:
                numpy.save(file, array)
        write("numpy", name + ".npy", save)
        for protocol in (2, 5):
            write("numpy", "%s_%d.pkl" % (name, protocol), lambda path: pickle.dumps(array, protocol))
        if name not in ("masked",):
            write("numpy", name + ".npz", lambda path: numpy.savez_compressed(path, a=array, b=numpy.arange(3)))
    for name, thing in {"generator": numpy.random.default_rng(1), "state": numpy.random.RandomState(1), "scalar32": numpy.float32(1), "dtype": numpy.dtype("<f4"), "ufunc": numpy.add, "poly": numpy.polynomial.Polynomial([1, 2]), "poly1d": numpy.poly1d([1, 2]), "datetime": numpy.datetime64("2024-01-01")}.items():
        for protocol in (2, 4):
            write("numpy", "%s_%d.pkl" % (name, protocol), lambda path: pickle.dumps(thing, protocol))
    sparse = library("scipy.sparse")
    if sparse:
        matrix = sparse.random(5, 5, 0.3, random_state=1)
        for kind in ("csr", "csc", "coo", "lil", "dok", "bsr", "dia"):
            write("scipy", kind + ".pkl", lambda path: pickle.dumps(matrix.asformat(kind)))
            write("scipy", kind + ".npz", lambda path: sparse.save_npz(path, matrix.asformat(kind)))
        for name in ("interpolate", "spatial", "stats", "signal"):
            library("scipy." + name)
        import scipy
        for name, make in {"interp": lambda: scipy.interpolate.interp1d([0, 1, 2], [1, 2, 3]), "spline": lambda: scipy.interpolate.CubicSpline([0, 1, 2], [1, 2, 3]), "tree": lambda: scipy.spatial.cKDTree([[0, 1], [2, 3]]), "norm": lambda: scipy.stats.norm(1, 2), "kde": lambda: scipy.stats.gaussian_kde([1, 2, 4]), "lti": lambda: scipy.signal.lti([1], [1, 2]), "rotation": lambda: scipy.spatial.transform.Rotation.identity()}.items():
            write("scipy", name + ".pkl", lambda path: pickle.dumps(make()))


def frames():
    pandas = library("pandas")
    if not pandas:
        return
    import numpy
    made = {
        "frame": pandas.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.5, numpy.nan]}), "series": pandas.Series([1, 2], name="s"), "dates": pandas.DataFrame({"d": pandas.date_range("2024", periods=3, tz="UTC")}),
        "categories": pandas.Series(list("aba"), dtype="category"), "multi": pandas.DataFrame({"v": [1, 2]}, index=pandas.MultiIndex.from_tuples([("a", 1), ("b", 2)])), "nullable": pandas.Series([1, None], dtype="Int64"),
        "strings": pandas.Series(["a", None], dtype="string"), "interval": pandas.Series(pandas.interval_range(0, 3)), "period": pandas.Series(pandas.period_range("2024", periods=2, freq="M")), "sparse": pandas.DataFrame({"a": pandas.arrays.SparseArray([0, 0, 1])}),
        "index": pandas.Index([1, 2]), "timestamp": pandas.Timestamp("2024"), "delta": pandas.Timedelta(1, "D"), "empty": pandas.DataFrame(), "offset": pandas.offsets.BDay(), "groups": pandas.DataFrame({"a": [1, 1], "b": [2, 3]}).groupby("a").mean(), "boolean": pandas.array([True, None], dtype="boolean"),
    }
    for name, thing in made.items():
        for suffix in ("pkl", "pkl.gz", "pkl.bz2", "pkl.xz", "pkl.zip", "pkl.tar"):
            write("pandas", "%s.%s" % (name, suffix), lambda path: pandas.to_pickle(thing, path))
        write("pandas", name + "_2.pkl", lambda path: pickle.dumps(thing, 2))


def estimators():
    sklearn = library("sklearn")
    if not sklearn:
        return
    import numpy
    import joblib
    from sklearn.utils import all_estimators
    numbers = numpy.random.RandomState(0)
    x, y = numbers.rand(30, 4), numbers.randint(0, 2, 30)
    packs = [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3), ("lz4", 1)]
    for number, (name, kind) in enumerate(all_estimators()):
        def fitted():
            model = kind(**({"n_estimators": 3} if "n_estimators" in kind().get_params() else {}))
            try:
                model.fit(x, y)
            except Exception:
                pass
            return model
        write("sklearn", name + ".pkl", lambda path: pickle.dumps(fitted()))
        write("sklearn", name + ".joblib", lambda path: joblib.dump(fitted(), path, compress=packs[number % len(packs)]) and None)
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler
    more = {
        "pipeline": lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y), "grid": lambda: GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2).fit(x, y), "words": lambda: CountVectorizer().fit(["a cat", "the dog"]),
        "tfidf": lambda: make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(["a cat", "the dog"], [0, 1]), "columns": lambda: ColumnTransformer([("s", StandardScaler(), [0, 1])]).fit(x), "function": lambda: make_pipeline(FunctionTransformer(numpy.log1p), LogisticRegression()).fit(x, y),
    }
    for name, make in more.items():
        write("sklearn", name + ".pkl", lambda path: pickle.dumps(make()))
        write("sklearn", name + ".joblib", lambda path: joblib.dump(make(), path) and None)
    xgboost = library("xgboost")
    if xgboost:
        model = xgboost.XGBClassifier(n_estimators=3).fit(x, y)
        write("xgboost", "classifier.pkl", lambda path: pickle.dumps(model))
        write("xgboost", "booster.pkl", lambda path: pickle.dumps(model.get_booster()))
        write("xgboost", "regressor.joblib", lambda path: joblib.dump(xgboost.XGBRegressor(n_estimators=2).fit(x, y), path) and None)


def torches():
    torch = library("torch")
    if not torch:
        return
    nn = torch.nn
    torch.manual_seed(0)
    nets = {
        "linear": lambda: nn.Linear(3, 2), "sequential": lambda: nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Dropout(), nn.Linear(3, 1)), "conv": lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.MaxPool2d(2)),
        "lstm": lambda: nn.LSTM(3, 2), "gru": lambda: nn.GRU(3, 2, bidirectional=True), "embedding": lambda: nn.Embedding(5, 3), "attention": lambda: nn.MultiheadAttention(4, 2), "encoder": lambda: nn.TransformerEncoderLayer(4, 2, 8), "transformer": lambda: nn.Transformer(4, 2, 1, 1, 8),
        "norm": lambda: nn.ModuleList([nn.LayerNorm(3), nn.GroupNorm(1, 3), nn.InstanceNorm1d(3)]), "dict": lambda: nn.ModuleDict({"a": nn.Linear(2, 2)}), "params": lambda: nn.ParameterList([nn.Parameter(torch.zeros(2))]), "bilinear": lambda: nn.Bilinear(2, 2, 1),
        "weight_norm": lambda: nn.utils.weight_norm(nn.Linear(3, 2)), "spectral": lambda: nn.utils.spectral_norm(nn.Linear(3, 2)), "lazy": lambda: nn.LazyLinear(3), "transposed": lambda: nn.ConvTranspose1d(2, 2, 3), "activation": lambda: nn.Sequential(nn.PReLU(), nn.GELU(), nn.Softmax(1)),
        "loss": lambda: nn.CrossEntropyLoss(), "unfold": lambda: nn.Sequential(nn.Unfold(2), nn.Flatten()), "rnncell": lambda: nn.LSTMCell(2, 2), "upsample": lambda: nn.Upsample(scale_factor=2), "parametrized": lambda: nn.utils.parametrizations.orthogonal(nn.Linear(2, 2)),
    }

    def pruned():
        from torch.nn.utils import prune
        net = nn.Linear(4, 3)
        prune.l1_unstructured(net, "weight", 0.5)
        return net

    def dynamic():
        return torch.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 3), nn.LSTM(3, 2)), dtype=torch.qint8)

    def static():
        net = nn.Sequential(torch.quantization.QuantStub(), nn.Conv2d(1, 2, 3), nn.ReLU(), torch.quantization.DeQuantStub()).eval()
        net.qconfig = torch.quantization.get_default_qconfig("fbgemm")
        net = torch.quantization.prepare(net)
        net(torch.rand(1, 1, 5, 5))
        return torch.quantization.convert(net)

    nets |= {"pruned": pruned, "quantised_dynamic": dynamic, "quantised_static": static}
    for name, make in nets.items():
        write("torch", name + ".pt", lambda path: torch.save(make(), path))
        write("torch", name + ".state.pt", lambda path: torch.save(make().state_dict(), path))
        write("torch", name + ".legacy.pt", lambda path: torch.save(make(), path, _use_new_zipfile_serialization=False))
        write("torch", name + ".script.pt", lambda path: torch.jit.save(torch.jit.script(make().eval()), str(path)))
        write("torch", name + ".pkl", lambda path: pickle.dumps(make()))
    tensors = {str(kind).split(".")[1]: torch.zeros(2, 3, dtype=kind) for kind in (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64, torch.bool, torch.complex64, torch.complex128)}
    tensors |= {
        "strided": torch.arange(12.0).reshape(3, 4).t(), "shared": [torch.zeros(4)] * 2, "view": torch.arange(9.0)[2:5], "sparse": torch.eye(3).to_sparse(), "csr": torch.eye(3).to_sparse_csr(), "quantised": torch.quantize_per_tensor(torch.rand(3), 0.1, 0, torch.quint8),
        "channels": torch.quantize_per_channel(torch.rand(2, 3), torch.tensor([0.1, 0.2]), torch.tensor([0, 0]), 0, torch.qint8), "parameter": nn.Parameter(torch.zeros(2)), "storage": torch.FloatStorage([1.0, 2.0]), "size": torch.Size([1, 2]), "device": torch.device("cpu"), "dtype": torch.float32,
        "generator": torch.Generator().get_state(), "conjugated": torch.zeros(2, dtype=torch.complex64).conj(), "empty": torch.zeros(0), "named": torch.zeros(2, 2, names=("a", "b")), "meta": torch.zeros(2, device="meta"), "buffer": nn.parameter.UninitializedParameter(), "numpy": torch.zeros(2).numpy(),
    }
    for name, thing in tensors.items():
        write("torch", "tensor_%s.pt" % name, lambda path: torch.save({"t": thing}, path))
        write("torch", "tensor_%s.legacy.pt" % name, lambda path: torch.save({"t": thing}, path, _use_new_zipfile_serialization=False))
    for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "LBFGS", "Rprop", "ASGD", "Adadelta", "Adamax", "NAdam", "RAdam"):
        def stepped():
            net = nn.Linear(2, 1)
            optimiser = getattr(torch.optim, name)(net.parameters(), lr=0.01)
            net(torch.ones(1, 2)).sum().backward()
            optimiser.step(lambda: torch.tensor(0.0)) if name == "LBFGS" else optimiser.step()
            return optimiser
        write("torch", "checkpoint_%s.pt" % name, lambda path: torch.save({"epoch": 3, "optimizer": stepped().state_dict(), "args": dict(lr=0.1)}, path))
        write("torch", "optimiser_%s.pt" % name, lambda path: torch.save(stepped(), path))
    for name in ("StepLR", "ExponentialLR", "CosineAnnealingLR", "LambdaLR", "OneCycleLR", "ReduceLROnPlateau"):
        def scheduler():
            optimiser = torch.optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1)
            given = {"StepLR": dict(step_size=2), "ExponentialLR": dict(gamma=0.9), "CosineAnnealingLR": dict(T_max=3), "LambdaLR": dict(lr_lambda=lambda e: 1.0), "OneCycleLR": dict(max_lr=0.1, total_steps=5)}.get(name, {})
            return getattr(torch.optim.lr_scheduler, name)(optimiser, **given)
        write("torch", "scheduler_%s.pt" % name, lambda path: torch.save(scheduler().state_dict(), path))
    data = library("torch.utils.data")
    write("torch", "dataset.pt", lambda path: torch.save(data.TensorDataset(torch.zeros(2)), path))
    write("torch", "distribution.pt", lambda path: torch.save(torch.distributions.Normal(0.0, 1.0), path))
    write("torch", "traced.pt", lambda path: torch.jit.save(torch.jit.trace(nn.Linear(2, 1), torch.zeros(1, 2)), str(path)))
    write("torch", "frozen.pt", lambda path: torch.jit.save(torch.jit.freeze(torch.jit.script(nn.Linear(2, 1).eval())), str(path)))
    write("torch", "optimised.pt", lambda path: torch.jit.save(torch.jit.optimize_for_inference(torch.jit.script(nn.Linear(2, 1).eval())), str(path)))
    fx = library("torch.fx")
    if fx:
        write("torch", "graph.pt", lambda path: torch.save(fx.symbolic_trace(nn.Sequential(nn.Linear(2, 1), nn.ReLU())), path))
    onnx = library("onnx")
    if onnx:
        write("onnx", "exported.onnx", lambda path: torch.onnx.export(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), torch.zeros(1, 1, 5, 5), str(path)))


def graphs():
    onnx = library("onnx")
    if not onnx:
        return
    import numpy
    helper, kinds = onnx.helper, onnx.TensorProto
    for name, kind in (("float", kinds.FLOAT), ("double", kinds.DOUBLE), ("int64", kinds.INT64), ("int8", kinds.INT8), ("bool", kinds.BOOL), ("float16", kinds.FLOAT16)):
        for operator in ("Identity", "Add", "MatMul", "Relu"):
            def model(path):
                value = helper.make_tensor("w", kind, [2, 2], numpy.zeros(4, numpy.float32 if kind != kinds.BOOL else bool).tolist())
                inputs = ["x", "w"] if operator in ("Add", "MatMul") else ["x"]
                graph = helper.make_graph([helper.make_node(operator, inputs, ["y"])], "g", [helper.make_tensor_value_info("x", kind, [2, 2])], [helper.make_tensor_value_info("y", kind, [2, 2])], [value])
                onnx.save(helper.make_model(graph), str(path))
            write("onnx", "%s_%s.onnx" % (name, operator), model)


def hierarchies():
    h5py = library("h5py")
    if not h5py:
        return
    import numpy

    def made(fill, **settings):
        def make(path):
            with h5py.File(path, "w", **settings) as file:
                fill(file)
        return make
    array = numpy.arange(24.0).reshape(4, 6)
    for name, fill in {
        "plain": lambda f: f.create_dataset("a", data=array), "gzip": lambda f: f.create_dataset("a", data=array, compression="gzip", shuffle=True, fletcher32=True), "lzf": lambda f: f.create_dataset("a", data=array, compression="lzf"), "chunks": lambda f: f.create_dataset("a", data=array, chunks=(2, 3), maxshape=(None, None)),
        "groups": lambda f: [f.create_dataset("g%d/w" % i, data=array) for i in range(20)], "attributes": lambda f: [f.attrs.__setitem__("n%d" % i, v) for i, v in enumerate([1, 2.5, "text", [1, 2], numpy.bytes_(b"b")])], "texts": lambda f: f.create_dataset("t", data=["a", "bc"], dtype=h5py.string_dtype()),
        "compound": lambda f: f.create_dataset("c", data=numpy.zeros(3, dtype=[("a", "i4"), ("b", "f8")])), "enum": lambda f: f.create_dataset("e", data=numpy.zeros(2, "i1"), dtype=h5py.enum_dtype({"A": 0, "B": 1}, "i1")), "vlen": lambda f: f.create_dataset("v", (2,), dtype=h5py.vlen_dtype("i4")),
        "links": lambda f: (f.create_dataset("a", data=array), f.__setitem__("soft", h5py.SoftLink("/a")), f.__setitem__("hard", f["a"])), "references": lambda f: f.attrs.__setitem__("r", f.create_group("g").ref), "empty": lambda f: f.create_dataset("n", data=h5py.Empty("f4")), "scalar": lambda f: f.create_dataset("s", data=1.5),
        "keras": lambda f: (f.attrs.__setitem__("keras_version", "2.11.0"), f.attrs.__setitem__("backend", "tensorflow"), f.attrs.__setitem__("model_config", '{"class_name": "Sequential", "config": {"name": "s", "layers": []}}'), f.create_group("model_weights").attrs.__setitem__("layer_names", [])), "complex": lambda f: f.create_dataset("z", data=array * 1j), "bool": lambda f: f.create_dataset("b", data=array > 2),
    }.items():
        write("h5py", name + ".h5", made(fill))
        write("h5py", name + "_new.h5", made(fill, libver="latest"))
        write("h5py", name + "_user.h5", made(fill, userblock_size=512))


def statistics():
    script = folder / "make.R"
    script.write_text("""
folder <- commandArgs(TRUE)[1]
things <- list(numbers = c(1, 2, NA), integers = 1:10, texts = c("a", "\\u00e9", NA), logical = c(TRUE, NA), complex = 1i, raw = as.raw(1:3), list = list(a = 1, b = list("c")), frame = data.frame(x = 1:3, y = letters[1:3]),
  factor = factor(c("a", "b")), matrix = matrix(1:6, 2), array = array(1:8, c(2, 2, 2)), dates = as.Date("2024-01-02"), times = as.POSIXct(0, origin = "1970-01-01", tz = "UTC"), lm = lm(mpg ~ wt, mtcars), glm = glm(am ~ wt, binomial, mtcars), `function` = function(x) x + 1,
  formula = y ~ x, language = quote(a + b), symbol = as.name("a"), environment = new.env(), null = NULL, nls = loess(mpg ~ wt, mtcars), kmeans = kmeans(mtcars$mpg, 2), prcomp = prcomp(mtcars), tree = hclust(dist(mtcars)), spline = splinefun(1:4, 1:4), ecdf = ecdf(1:4), table = table(mtcars$cyl), ts = ts(1:12), s4 = getClass("numeric"), compiled = compiler::cmpfun(function(x) x))
for (name in names(things)) for (version in 2:3) for (pack in c("gzip", "bzip2", "xz", "none")) {
  if (pack != "gzip" && version == 2) next
  saveRDS(things[[name]], file.path(folder, paste0(name, "_", version, "_", pack, ".rds")), version = version, compress = if (pack == "none") FALSE else pack)
}
for (name in names(things)) { value <- things[[name]]; save(value, file = file.path(folder, paste0(name, ".RData"))); if (nchar(name) < 7) save(value, file = file.path(folder, paste0(name, "_ascii.rda")), ascii = TRUE) }
""")
    target = folder / "r"
    target.mkdir(exist_ok=True)
    try:
        subprocess.run(["Rscript", "--vanilla", str(script), str(target)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        refused.append("r: " + ascii(getattr(error, "stderr", error))[:200])
    script.unlink()
    written.extend("r/" + path.name for path in sorted(target.iterdir()))


for make in (plain, lambda: functions("dill"), lambda: functions("cloudpickle"), arrays, frames, estimators, torches, graphs, hierarchies, statistics):
    make()
with open(folder / "labels.tsv", "w") as file:
    file.write("path\tlabel\tfamily\tformat_or_technique\n")
    for path in sorted(written):
        file.write("%s\t%s\t%s\t%s\n" % (path, "carries-code" if path in CARRY_CODE else "benign", "pickle" if path.split("/")[0] not in ("onnx", "h5py", "r") else "other", path.split("/")[0]))
print("%d written, %d refused by their libraries" % (len(written), len(refused)))
if "--refused" in sys.argv:
    print("\n".join(refused))
