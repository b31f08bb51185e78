// What a place of a code object may hold: one of several values.
namespace Assay.Evaluation.Bytecode;

/// <summary>
/// The values that a variable or a place on the stack may hold. Where there are too many, constants and values of which nothing is known become one unknown value, and results of calls are no longer told apart
/// by what was done with them: so sets only grow, and stop growing.
/// </summary>
internal sealed class CodeSet
{
    private const int Most = 12;
    private const int DeepestName = 5;
    private readonly CodeValue[] _values;
    private readonly bool _isCoarse;

    private CodeSet(CodeValue[] values, bool isCoarse = false) => (_values, _isCoarse) = (values, isCoarse);

    public static CodeSet Unknown { get; } = new([CodeValue.Unknown]);

    public static CodeSet Null { get; } = new([CodeValue.Null]);

    public IReadOnlyList<CodeValue> Values => _values;

    public static CodeSet Of(CodeValue value) => new([value]);

    public static CodeSet At(string path, bool isImported = false) => Of(CodeValue.At(path, isImported));

    /// <summary>The values of both; the same object where nothing is added.</summary>
    public CodeSet Join(CodeSet other)
    {
        if (ReferenceEquals(this, other))
            return this;

        List<CodeValue>? grown = null;
        foreach (CodeValue value in other._values)
        {
            CodeValue added = _isCoarse ? Coarse(value) : value;
            if (Array.IndexOf(_values, added) < 0 && grown?.Contains(added) is not true)
                (grown ??= []).Add(added);
        }

        if (grown is null)
            return this;

        if (_values.Length + grown.Count <= Most)
            return new CodeSet([.. _values, .. grown], _isCoarse);

        CodeValue[] coarse = [.. _values.Concat(grown).Select(Coarse).Distinct()];
        if (coarse.Length > Most)
            coarse = [.. coarse.Where(v => v != CodeValue.Unknown).Take(Most - 1), CodeValue.Unknown];

        return _isCoarse && coarse.SequenceEqual(_values) ? this : new CodeSet(coarse, isCoarse: true);
    }

    /// <summary>The values that a function gives for each of these.</summary>
    public CodeSet Select(Func<CodeValue, CodeSet> function)
    {
        if (_values.Length == 1)
            return function(_values[0]);

        CodeSet? all = null;
        foreach (CodeValue value in _values)
            all = all is null ? function(value) : all.Join(function(value));

        return all ?? Unknown;
    }

    private static CodeValue Coarse(CodeValue value)
    {
        if (value.IsNull || value.Site is not null)
            return value;

        if (value.Path is not { Length: > 0 } path || path[0] == '.')
            return CodeValue.Unknown;

        int call = path.IndexOf("()", StringComparison.Ordinal);
        return call < 0 ? path.Count(c => c == '.') > DeepestName ? CodeValue.Unknown : value : CodeValue.At(path[..(call + 2)], value.IsImported);
    }
}
