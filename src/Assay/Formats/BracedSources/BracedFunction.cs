// The functions of braced source, and who runs whom.
using Assay.Artifacts;

namespace Assay.Formats.BracedSources;

/// <summary>A function of a source: what it calls, and what its variables hold. What stands outside of all functions is one without a name.</summary>
internal sealed class BracedFunction(string name, BracedFunction? around)
{
    public string Name { get; } = name;

    public BracedFunction? Around { get; } = around;

    /// <summary>When it runs as far as itself tells: <c>import</c>, <c>infer</c> ... or <c>call</c>.</summary>
    public string Phase { get; set; } = "call";

    /// <summary>What it calls or makes.</summary>
    public HashSet<string> Calls { get; } = new(StringComparer.Ordinal);

    /// <summary>What it hands on or keeps, which somebody may call later.</summary>
    public HashSet<string> Mentions { get; } = new(StringComparer.Ordinal);

    /// <summary>Functions within that run with it.</summary>
    public List<BracedFunction> Within { get; } = [];

    public Dictionary<string, BracedValue> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>What a name holds here.</summary>
    public BracedValue? Find(string name)
    {
        int up = 0;
        for (BracedFunction? at = this; at is not null && up < 32; at = at.Around, up++)
        {
            if (at.Variables.TryGetValue(name, out BracedValue? value))
            {
                return value;
            }
        }

        return null;
    }

    private static int Rank(string phase) => phase switch { "import" => 5, "load" => 4, "install" => 3, "infer" => 2, "use" => 1, _ => 0 };

    /// <summary>Gives all functions the phases that they have by those who call them. What is only kept somewhere while a library loads runs when the library is used.</summary>
    public static void Reach(List<BracedFunction> functions)
    {
        ILookup<string, BracedFunction> byName = functions.Where(f => f.Name.Length > 0).ToLookup(f => f.Name, StringComparer.Ordinal);
        Queue<BracedFunction> open = new(functions.Where(f => f.Phase is not "call"));
        while (open.TryDequeue(out BracedFunction? function))
        {
            string later = function.Phase is "import" or "load" ? "infer" : function.Phase;
            foreach ((BracedFunction next, string phase) in function.Calls.SelectMany(c => byName[c].Select(f => (f, function.Phase)))
                .Concat(function.Mentions.SelectMany(m => byName[m].Select(f => (f, later)))).Concat(function.Within.Select(f => (f, function.Phase))))
            {
                if (Rank(phase) > Rank(next.Phase))
                {
                    next.Phase = phase;
                    open.Enqueue(next);
                }
            }
        }
    }
}
