// What code can do when a loader enters it.
namespace Assay.Effects;

/// <summary>What code can do. Packs store the numbers, so they never change.</summary>
internal enum EffectKind : byte
{
    /// <summary>Runs Python code that a value holds or names.</summary>
    Exec = 1,

    /// <summary>Starts a program.</summary>
    Process = 2,

    /// <summary>Imports by a name that is a value, or resolves a dotted one.</summary>
    Import = 3,

    /// <summary>Unpickles a value, or loads what it names.</summary>
    Unpickle = 4,

    /// <summary>Loads native code, or calls into it.</summary>
    NativeLoad = 5,

    /// <summary>Opens a connection.</summary>
    Network = 6,

    /// <summary>Opens for writing, moves or creates files.</summary>
    Write = 7,

    /// <summary>Deletes files.</summary>
    Delete = 8,

    /// <summary>Reads files or lists folders.</summary>
    Read = 9,

    /// <summary>Changes or reveals the interpreter: its modules, environment, frames, globals.</summary>
    ProcessState = 10,

    /// <summary>Registers something that runs after the load.</summary>
    Defer = 11,

    /// <summary>Blocks the process or exhausts it.</summary>
    Spend = 12,

    /// <summary>Asks who and where the process is.</summary>
    Inspect = 13,

    /// <summary>Decodes or unpacks bytes.</summary>
    Decode = 14,

    /// <summary>Reaches into a scanner of model files.</summary>
    Tamper = 15,

    /// <summary>Reads or writes memory at a place that a value gives.</summary>
    Memory = 16,

    /// <summary>Evaluates an expression language, such as formulas: harm where the text reaches code.</summary>
    Evaluate = 18,

    /// <summary>Does nothing harmful as such, but gets what no model gives it.</summary>
    Odd = 17,

    /// <summary>Calls a value.</summary>
    Call = 32,

    /// <summary>Makes an instance of a value with its <c>__new__</c>.</summary>
    New = 33,

    /// <summary>Puts a state into a value.</summary>
    SetState = 34,

    /// <summary>Calls a method of a value by a fixed name.</summary>
    Method = 35,

    /// <summary>Reads an attribute whose name is a value.</summary>
    GetAttribute = 36,

    /// <summary>Sets an attribute or an item whose name is a value.</summary>
    SetAttribute = 37,

    /// <summary>Makes a class whose members are a value, or adds members to one.</summary>
    MakeClass = 38,

    /// <summary>Imports a module by a name that is a value and nothing more, as an import in the stream itself does.</summary>
    NamesModule = 39,

    /// <summary>Unpickles a value that lies in the file and is examined there.</summary>
    InnerPickle = 40,

    /// <summary>Makes a function or a code object from a value.</summary>
    Code = 41,

    /// <summary>Keeps a callable for later.</summary>
    Keep = 42,

    /// <summary>Does something with a value that could not be found out.</summary>
    Unknown = 43,

    /// <summary>Makes a function or a code object from marshalled bytes, which stand last in the tuples of a value.</summary>
    MarshalledCode = 44,
}

/// <summary>The names of effects, and which of them are harm by themselves.</summary>
internal static class EffectKinds
{
    private static readonly (EffectKind Kind, string Name, string Capability)[] s_all =
    [
        (EffectKind.Exec, "exec", "code-execution"),
        (EffectKind.Process, "process", "command-execution"),
        (EffectKind.Import, "import", "import"),
        (EffectKind.Unpickle, "unpickle", "nested-load"),
        (EffectKind.NativeLoad, "native-load", "native-load"),
        (EffectKind.Network, "network", "network"),
        (EffectKind.Write, "write", "file-write"),
        (EffectKind.Delete, "delete", "file-delete"),
        (EffectKind.Read, "read", "file-read"),
        (EffectKind.ProcessState, "process-state", "process-state"),
        (EffectKind.Defer, "defer", "deferred-execution"),
        (EffectKind.Spend, "spend", "denial-of-service"),
        (EffectKind.Inspect, "inspect", "host-inspection"),
        (EffectKind.Decode, "decode", "decode"),
        (EffectKind.Tamper, "tamper", "scanner-tampering"),
        (EffectKind.Memory, "memory", "memory-corruption"),
        (EffectKind.Evaluate, "evaluate", "code-execution"),
        (EffectKind.Odd, "odd", ""),
        (EffectKind.Call, "call", ""),
        (EffectKind.New, "new", ""),
        (EffectKind.SetState, "set-state", ""),
        (EffectKind.Method, "method", ""),
        (EffectKind.GetAttribute, "get-attribute", ""),
        (EffectKind.SetAttribute, "set-attribute", ""),
        (EffectKind.MakeClass, "make-class", ""),
        (EffectKind.NamesModule, "names-module", ""),
        (EffectKind.InnerPickle, "inner-pickle", ""),
        (EffectKind.Code, "code", ""),
        (EffectKind.Keep, "keep", ""),
        (EffectKind.Unknown, "unknown", ""),
        (EffectKind.MarshalledCode, "marshalled-code", ""),
    ];

    private static readonly Dictionary<string, EffectKind> s_byName = s_all.ToDictionary(e => e.Name, e => e.Kind, StringComparer.Ordinal);
    private static readonly Dictionary<EffectKind, (string Name, string Capability)> s_names = s_all.ToDictionary(e => e.Kind, e => (e.Name, e.Capability));

    /// <summary>The names, in order.</summary>
    public static IEnumerable<string> Names => s_all.Select(e => e.Name);

    /// <summary>The kind of that name.</summary>
    public static bool TryParse(string name, out EffectKind kind) => s_byName.TryGetValue(name, out kind);

    /// <summary>Whether the number is one of the kinds.</summary>
    public static bool IsKnown(EffectKind kind) => s_names.ContainsKey(kind);

    /// <summary>The name of a kind, as packs of rules write it.</summary>
    public static string Name(EffectKind kind) => s_names[kind].Name;

    /// <summary>The capability that rules know a harm by; empty for what is no harm by itself.</summary>
    public static string Capability(EffectKind kind) => s_names[kind].Capability;

    /// <summary>The harm that a call of an entry does first; empty where it does none.</summary>
    public static string Capability(EffectEntry? entry) => entry is { IsHarmful: true } && entry.Call.FirstOrDefault(e => IsHarm(e.Kind)) is { } effect ? Capability(effect.Kind) : "";

    /// <summary>Whether the kind is harm by itself when a value can carry it.</summary>
    public static bool IsHarm(EffectKind kind) => kind <= EffectKind.Memory;
}
