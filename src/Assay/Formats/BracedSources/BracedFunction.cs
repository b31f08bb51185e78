// The functions of braced source, and who runs whom.
using Assay.Bytes;

namespace Assay.Formats.BracedSources;

/// <summary>A function of a source: what it calls, and what its variables hold. What stands outside of all functions is one without a name.</summary>
internal sealed class BracedFunction(string name, BracedFunction? around)
{
    // A source may have as many functions as it has lines, and most of them little: what a function does not have is not made.
    private HashSet<string>? _calls;
    private HashSet<string>? _mentions;
    private List<BracedFunction>? _within;
    private Dictionary<string, BracedValue>? _variables;

    public string Name { get; } = name;

    public BracedFunction? Around { get; } = around;

    /// <summary>When it runs as far as itself tells: <c>import</c>, <c>infer</c> ... or <c>call</c>.</summary>
    public string Phase { get; set; } = "call";

    /// <summary>What it calls or makes.</summary>
    public HashSet<string> Calls => _calls ??= new(StringComparer.Ordinal);

    /// <summary>What it hands on or keeps, which somebody may call later.</summary>
    public HashSet<string> Mentions => _mentions ??= new(StringComparer.Ordinal);

    /// <summary>Functions within that run with it.</summary>
    public List<BracedFunction> Within => _within ??= [];

    public Dictionary<string, BracedValue> Variables => _variables ??= new(StringComparer.Ordinal);

    /// <summary>What a name holds here.</summary>
    public BracedValue? Find(string name)
    {
        int up = 0;
        for (BracedFunction? at = this; at is not null && up < 32; at = at.Around, up++)
        {
            if (at._variables is { } variables && variables.TryGetValue(name, out BracedValue? value))
            {
                return value;
            }
        }

        return null;
    }

    private static int Rank(string phase) => phase switch { "import" => 5, "load" => 4, "install" => 3, "infer" => 2, "use" => 1, _ => 0 };

    /// <summary>Gives all functions the phases that they have by those who call them. What is only kept somewhere while a library loads runs when the library is used.</summary>
    public static void Reach(List<BracedFunction> functions, ScanBudget budget)
    {
        ILookup<string, BracedFunction> byName = functions.Where(f => f.Name.Length > 0).ToLookup(f => f.Name, StringComparer.Ordinal);

        // Functions of one name run at the phase at which the name is called: it is followed once for each phase, however many call it.
        Dictionary<string, int> reached = new(StringComparer.Ordinal);
        Queue<BracedFunction> open = new(functions.Where(f => f.Phase is not "call"));
        while (open.TryDequeue(out BracedFunction? function))
        {
            budget.NoteWork(100 + (50L * ((function._calls?.Count ?? 0) + (function._mentions?.Count ?? 0) + (function._within?.Count ?? 0))));
            string later = function.Phase is "import" or "load" ? "infer" : function.Phase;
            foreach ((string name, string phase) in (function._calls ?? []).Select(c => (c, function.Phase)).Concat((function._mentions ?? []).Select(m => (m, later))))
            {
                if (Rank(phase) > reached.GetValueOrDefault(name))
                {
                    reached[name] = Rank(phase);
                    foreach (BracedFunction next in byName[name])
                    {
                        budget.NoteWork(50);
                        Raise(next, phase, open);
                    }
                }
            }

            foreach (BracedFunction next in function._within ?? [])
            {
                Raise(next, function.Phase, open);
            }
        }
    }

    private static void Raise(BracedFunction function, string phase, Queue<BracedFunction> open)
    {
        if (Rank(phase) > Rank(function.Phase))
        {
            function.Phase = phase;
            open.Enqueue(function);
        }
    }
}
