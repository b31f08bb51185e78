// Where a value comes from: a parameter, or a field of the object.
using Assay.Code.Scopes;

namespace Assay.Code.Values;

/// <summary>What a value comes from.</summary>
internal enum OriginKind : byte
{
    /// <summary>One parameter.</summary>
    Parameter,

    /// <summary>The arguments from a position on.</summary>
    Rest,

    /// <summary>A parameter that has no position.</summary>
    Keyword,

    /// <summary>Any further keyword.</summary>
    AnyKeyword,

    /// <summary>A field of the object that a method belongs to.</summary>
    Field,

    /// <summary>What a function took along from the function in which it was made.</summary>
    Captured,

    /// <summary>Nothing that a caller gives: it is so for every caller.</summary>
    Nothing,
}

/// <summary>
/// Where a value comes from, in terms of one function: a parameter or a field, the entry of it under a key, its items, or something deeper in it.
/// What is computed from it is derived: then its type is not the caller's choice.
/// </summary>
internal readonly record struct Origin(OriginKind Kind, int Index, string Name, string Key = "", bool Items = false, bool Deep = false, bool Derived = false)
{
    /// <summary>The name that stands for any field.</summary>
    public const string AnyField = "?";

    /// <summary>A parameter.</summary>
    public static Origin Of(Parameter parameter) => parameter.Kind switch
    {
        ParameterKind.Rest => new Origin(OriginKind.Rest, parameter.Index, ""),
        ParameterKind.Keyword => new Origin(OriginKind.Keyword, 0, parameter.Name),
        ParameterKind.AnyKeyword => new Origin(OriginKind.AnyKeyword, 0, ""),
        _ => new Origin(OriginKind.Parameter, parameter.Index, parameter.Name),
    };

    /// <summary>A field.</summary>
    public static Origin Field(string name) => new(OriginKind.Field, 0, name);

    /// <summary>No value of a caller's: what happens, happens whatever is given.</summary>
    public static Origin Nothing => new(OriginKind.Nothing, 0, "");

    /// <summary>The whole of it.</summary>
    public Origin Whole => new(Kind, Index, Name, Derived: Derived);

    /// <summary>What is computed from it.</summary>
    public Origin AsDerived => this with { Derived = true };

    /// <summary>The same whether it is computed or not.</summary>
    public Origin Plain => this with { Derived = false };

    /// <summary>Its entry or attribute under a name.</summary>
    public Origin Under(string key)
    {
        if (Kind is OriginKind.AnyKeyword && !Deep && !Items && IsKey(key))
            return new Origin(OriginKind.Keyword, 0, key, Derived: Derived);

        bool fits = Key.Length == 0 && !Items && !Deep && Kind is not (OriginKind.Rest or OriginKind.AnyKeyword) && IsKey(key);
        return fits ? this with { Key = key } : Whole with { Deep = true };
    }

    /// <summary>One of its items.</summary>
    public Origin Inside => Kind is OriginKind.Rest or OriginKind.AnyKeyword && !Deep && !Items && Key.Length == 0 ? this
        : !Items && !Deep ? this with { Items = true } : Whole with { Deep = true };

    private static bool IsKey(string key) => key.Length is > 0 and <= 64 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
