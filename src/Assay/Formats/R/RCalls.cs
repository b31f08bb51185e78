// The functions that R code calls, each with when it would run.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.R;

/// <summary>
/// The functions that the code of a file calls. Uses of one name that run at the same time are one fact with a count. Names that are handed to a
/// function that calls them (<c>do.call</c>, <c>lapply</c>) count as used, and so do those in texts that are parsed.
/// </summary>
internal sealed class RCalls(ReadContext context)
{
    private const int MostUses = 10_000;
    private const int LongestArgument = 256;
    private const int MostWords = 64;

    /// <summary>Packages that R always has: their names need no prefix.</summary>
    private static readonly HashSet<string> s_own = ["base", "utils", "stats", "methods"];

    /// <summary>Functions that call what they are handed, or find it by its name.</summary>
    private static readonly HashSet<string> s_callers =
    [
        "do.call", "match.fun", "get", "get0", "mget", "getFunction", "getExportedValue", "getFromNamespace", "getAnywhere", "sapply", "lapply", "vapply", "mapply", "Map", "Reduce",
        "Filter", "apply", "tapply", "outer", "Vectorize", "reg.finalizer", "makeActiveBinding", "delayedAssign", "addTaskCallback", "setHook", "call", "as.name", "as.symbol", "as.call",
        "forceAndCall", "Recall", "invoke", "exec",
    ];

    private static readonly HashSet<string> s_parsers = ["parse", "str2lang", "str2expression"];
    private static readonly HashSet<string> s_words = ["if", "for", "while", "repeat", "function", "return", "break", "next"];
    private readonly Dictionary<(string Name, RTime Time, string Way), (long Offset, long Count, string Argument, string Owner)> _uses = [];
    private bool _cut;

    /// <summary>How many different uses there are.</summary>
    public int Count => _uses.Count;

    /// <summary>The names that are used, sorted.</summary>
    public IReadOnlyList<string> Names => [.. _uses.Keys.Select(k => k.Name).Distinct().Order(StringComparer.Ordinal).Take(MostWords)];

    /// <summary>A call is read whole.</summary>
    /// <param name="name">What is called; empty where it is computed.</param>
    /// <param name="arguments">The arguments, the first few of them.</param>
    /// <param name="time">When it runs.</param>
    /// <param name="owner">The variable that holds the code.</param>
    /// <param name="offset">Where it stands.</param>
    public void Add(string name, IReadOnlyList<RItem> arguments, RTime time, string owner, long offset)
    {
        if (name.Length == 0)
        {
            return;
        }

        string argument = arguments.FirstOrDefault(a => a.Kind == RKind.Text).Text ?? "";
        Use(name, time, "called", argument, owner, offset);
        if (s_callers.Contains(name))
        {
            foreach (RItem handed in arguments.Where(a => a.Kind is RKind.Symbol or RKind.Text))
            {
                Use(Plain(handed.Text), time, "handed", arguments.LastOrDefault(a => a.Kind == RKind.Text).Text ?? "", owner, offset);
            }
        }
        else if (s_parsers.Contains(name))
        {
            foreach (RItem text in arguments.Where(a => a.Kind == RKind.Text))
            {
                Parsed(text.Text, time, owner, offset);
            }
        }
    }

    /// <summary>Compiled code fetches a function by its name.</summary>
    public void Fetched(string name, RTime time, string owner, long offset) => Use(name, time, "compiled", "", owner, offset);

    /// <summary>A name that a package is asked for: <c>base::system</c>.</summary>
    public static string Qualified(string package, string name) => s_own.Contains(package) ? name : $"{package}::{name}";

    /// <summary>Adds the facts.</summary>
    public void Tell()
    {
        foreach (((string name, RTime time, string way), (long offset, long count, string argument, string owner)) in _uses)
        {
            List<OperatorAttribute> attributes = [new("when", When(time)), new("way", way)];
            if (owner.Length > 0)
            {
                attributes.Add(new OperatorAttribute("in", owner));
            }

            if (argument.Length > 0)
            {
                attributes.Add(new OperatorAttribute("argument", argument));
            }

            context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = offset, Domain = "r", Name = name, Count = count, Attributes = attributes });
        }

        if (_cut)
        {
            context.Unread(UnreadCause.Limit, 0, 0, $"The code calls more than {MostUses} different functions.");
        }
    }

    private static string When(RTime time) => time switch
    {
        RTime.Promise => "first-look",
        RTime.ActiveBinding => "variable-look",
        RTime.Argument => "argument",
        RTime.Function => "call",
        _ => "evaluation",
    };

    /// <summary>The names in a text of R that stand in front of a parenthesis.</summary>
    private void Parsed(string text, RTime time, string owner, long offset)
    {
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool inName = i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] is '.' or '_');
            if (inName)
            {
                start = start < 0 ? i : start;
                continue;
            }

            int end = i;
            while (start >= 0 && end < text.Length && text[end] is ' ' or '`' or '\'' or '"')
            {
                end++;
            }

            if (start >= 0 && end < text.Length && text[end] == '(')
            {
                Use(text[start..i], time, "parsed", text.Length > LongestArgument ? text[..LongestArgument] : text, owner, offset);
            }

            start = -1;
        }
    }

    private static string Plain(string name) => name.Length > LongestArgument ? "" : name;

    private void Use(string name, RTime time, string way, string argument, string owner, long offset)
    {
        // Operators and the words of the language say nothing.
        if (name.Length == 0 || !(char.IsLetter(name[0]) || (name[0] == '.' && name.Length > 1)) || s_words.Contains(name))
        {
            return;
        }

        (string, RTime, string) key = (name, time, way);
        if (_uses.TryGetValue(key, out (long Offset, long Count, string Argument, string Owner) known))
        {
            _uses[key] = known with { Count = known.Count + 1, Argument = known.Argument.Length > 0 ? known.Argument : argument };
        }
        else if (_uses.Count < MostUses)
        {
            context.Budget.SpendWork(WorkCosts.NearRead, offset);
            context.Held.Add(256 + (2L * (name.Length + argument.Length)));
            _uses.Add(key, (offset, 1, argument, owner));
        }
        else
        {
            _cut = true;
        }
    }
}
