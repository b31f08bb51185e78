// What code stores in its variables, where it stores more than one thing.
namespace Assay.Evaluation.Bytecode;

/// <summary>The names that code stores in each of its variables: of several any may be there when it is read.</summary>
internal sealed class VariableStores
{
    private const int MostValues = 4;
    private readonly Dictionary<string, List<CodeValue>> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _twice = new(StringComparer.Ordinal);

    /// <summary>How many runs it takes to see each value in its variable; one where each variable has one.</summary>
    public int Choices => _twice.Count == 0 ? 1 : _twice.Max(n => _values.GetValueOrDefault(n)?.Count ?? 0) + 1;

    /// <summary>Notes that a value is stored.</summary>
    public void Add(string name, CodeValue value)
    {
        bool isFirst = _values.TryAdd(name, []);
        List<CodeValue> values = _values[name];
        if (!isFirst)
            _twice.Add(name);

        if (value.Path is { Length: > 0 } path && path[0] != '.' && !path.Contains('(', StringComparison.Ordinal) && values.Count < MostValues && !values.Contains(value))
            values.Add(value);
    }

    /// <summary>The value of a variable in one of the runs; null where it has one value, or the run is the first.</summary>
    public CodeValue? Of(string name, int choice) => choice > 0 && _twice.Contains(name) && _values[name] is { Count: > 0 } values ? values[Math.Min(choice, values.Count) - 1] : null;
}
