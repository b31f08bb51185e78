// The options of a measurement.
namespace Assay.Bench;

/// <summary>Named options; a name declared with an exclamation mark is a switch.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = [];

    /// <summary>The value of an option, or null.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Whether the option or switch was given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Reads options; throws <see cref="ArgumentException"/> for one that was not declared.</summary>
    public static Options Parse(string[] args, params string[] declared)
    {
        Options options = new();
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i];
            bool isSwitch = declared.Contains(name + "!");
            if (!isSwitch && (!declared.Contains(name) || i + 1 == args.Length))
            {
                throw new ArgumentException($"'{name}' is no option of this measurement, or lacks its value.");
            }

            options._values[name] = isSwitch ? "" : args[++i];
        }

        return options;
    }
}
