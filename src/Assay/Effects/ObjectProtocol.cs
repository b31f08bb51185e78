// The methods by which Python enters an object unasked.
namespace Assay.Effects;

/// <summary>
/// The methods by which Python enters an object unasked, where something that gets it iterates over it, compares it, hashes it, shows it, converts it or copies it. Whatever a callable
/// does with data that it gets, it does to an object through these, and it reads attributes: a library that takes arrays asks whatever it gets for <c>__array__</c>, and a text such as
/// <c>{0.name}</c> asks for what it names.
/// </summary>
internal static class ObjectProtocol
{
    /// <summary>The methods.</summary>
    public static IReadOnlyList<string> Methods { get; } =
    [
        "__iter__", "__next__", "__len__", "__getitem__", "__contains__", "__reversed__", "keys", "__hash__", "__eq__", "__lt__", "__repr__", "__str__", "__format__", "__bytes__", "__bool__",
        "__int__", "__float__", "__index__", "__fspath__", "__add__", "__radd__", "__array__", "__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__", "__getstate__", "__enter__", "__exit__",
        "__getattr__", "__getattribute__",
    ];

    /// <summary>Whether a path is that of such a method.</summary>
    public static bool Has(string path) => Methods.Contains(path[(path.LastIndexOf('.') + 1)..], StringComparer.Ordinal);
}
