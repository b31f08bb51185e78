// Replaces the macros of C in tokens.
using Assay.Bytes;

namespace Assay.Formats.BracedSources;

/// <summary>
/// The macros that a source defines itself. A name of one is replaced by what it stands for, with its arguments, <c>##</c> and <c>#</c>; branches of <c>#if</c> are all taken, as any of them may be compiled. How much replacing
/// may add is bounded by the length of the source, so macros that double each other end.
/// </summary>
internal sealed class Macros
{
    private const int MostDepth = 12;
    private const int MostBody = 4096;
    private const int MostArguments = 4096;
    private const int TokensForAll = 20_000;
    private const int LongestName = 512;

    /// <summary>What one token costs that is looked at or copied: lists of them are fresh memory.</summary>
    private const long WorkOfToken = 64;

    private readonly Dictionary<string, Macro> _macros = new(StringComparer.Ordinal);

    /// <summary>Whether more would be replaced than is.</summary>
    public bool IsCut { get; private set; }

    /// <param name="Parameters">Which argument each parameter stands for, by its name; null for a macro without parentheses.</param>
    /// <param name="Body">What it stands for.</param>
    private sealed record Macro(Dictionary<string, int>? Parameters, List<BracedToken> Body)
    {
        /// <summary>Which argument takes all that follow as well; -1 where none does.</summary>
        public int Rest { get; } = Parameters?.GetValueOrDefault("...", -1) ?? -1;

        public int Parameter(string name) => Parameters is null ? -1 : name is "__VA_ARGS__" && Rest >= 0 ? Rest : Parameters.GetValueOrDefault(name, -1);
    }

    /// <summary>Reads a line of the preprocessor.</summary>
    public void Directive(string line, ScanBudget budget)
    {
        string rest = line.AsSpan().TrimStart('#').TrimStart().ToString();
        if (!rest.StartsWith("define", StringComparison.Ordinal) || rest.Length > 1 << 16)
        {
            return;
        }

        rest = rest["define".Length..].TrimStart();
        int end = 0;
        while (end < rest.Length && (char.IsLetterOrDigit(rest[end]) || rest[end] is '_' or '$'))
        {
            end++;
        }

        int close = end < rest.Length && rest[end] is '(' ? rest.IndexOf(')', end) : -1;
        Dictionary<string, int>? parameters = null;
        foreach (string name in close > 0 ? rest[(end + 1)..close].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [])
        {
            parameters ??= new Dictionary<string, int>(StringComparer.Ordinal);
            parameters.TryAdd(name, parameters.Count);
        }

        parameters ??= close > 0 ? [] : null;
        List<BracedToken> body = BracedLexer.Line(rest[(close > 0 ? close + 1 : end)..], budget);
        IsCut |= body.Count > MostBody;
        if (end > 0 && body.Count is > 0 and <= MostBody)
        {
            _macros[rest[..end]] = new Macro(parameters, body);
        }
    }

    /// <summary>The tokens with macros replaced.</summary>
    public List<BracedToken> Replace(List<BracedToken> tokens, BracedFolding folding, ScanBudget budget)
    {
        if (_macros.Count == 0)
        {
            return tokens;
        }

        List<BracedToken> replaced = new(tokens.Count);
        int room = tokens.Count + TokensForAll;

        // What is still to be looked at: lists of tokens, the innermost on top, and how deep they lie.
        Stack<(List<BracedToken> Tokens, int At, int Depth)> open = new();
        open.Push((tokens, 0, 0));
        while (open.TryPop(out (List<BracedToken> Tokens, int At, int Depth) place))
        {
            if (place.At >= place.Tokens.Count)
            {
                continue;
            }

            BracedToken token = place.Tokens[place.At];
            Macro? macro = token.Kind is BracedKind.Name && place.Depth < MostDepth ? _macros.GetValueOrDefault(token.Text) : null;
            IsCut |= macro is not null && room <= 0;
            if (macro is not null && room > 0 && Arguments(place.Tokens, place.At, macro, budget) is { } given)
            {
                List<BracedToken> body = Body(macro, given.Arguments, token, folding, budget);
                room -= body.Count;
                open.Push((place.Tokens, given.After, place.Depth));
                open.Push((body, 0, place.Depth + 1));
                continue;
            }

            replaced.Add(token);
            open.Push((place.Tokens, place.At + 1, place.Depth));
        }

        return replaced;
    }

    /// <summary>The arguments of a use of a macro, and where the tokens go on behind it; null where a macro with parameters has none.</summary>
    private static (List<List<BracedToken>> Arguments, int After)? Arguments(List<BracedToken> tokens, int at, Macro macro, ScanBudget budget)
    {
        List<List<BracedToken>> arguments = [];
        if (macro.Parameters is null)
        {
            return (arguments, at + 1);
        }

        if (at + 1 >= tokens.Count || !tokens[at + 1].Is("("))
        {
            return null;
        }

        List<BracedToken> current = [];
        int depth = 0;
        for (int i = at + 1; i < tokens.Count && i - at < MostArguments; i++)
        {
            budget.SpendWork(WorkOfToken);
            BracedToken token = tokens[i];
            depth += token.Is("(") || token.Is("[") || token.Is("{") ? 1 : token.Is(")") || token.Is("]") || token.Is("}") ? -1 : 0;
            if (depth == 0)
            {
                arguments.Add(current);
                return (arguments, i + 1);
            }

            if (depth == 1 && token.Is(","))
            {
                arguments.Add(current);
                current = [];
            }
            else if (i > at + 1)
            {
                current.Add(token);
            }
        }

        return null;
    }

    /// <summary>What a macro stands for, at the place where it is used.</summary>
    private List<BracedToken> Body(Macro macro, List<List<BracedToken>> arguments, BracedToken use, BracedFolding folding, ScanBudget budget)
    {
        List<BracedToken> body = [];
        Dictionary<int, string>? quoted = null;
        bool joins = false;
        for (int i = 0; i < macro.Body.Count; i++)
        {
            budget.SpendWork(WorkOfToken);
            BracedToken token = macro.Body[i];
            if (token.Is("##"))
            {
                joins = true;
                continue;
            }

            bool quotes = token.Is("#") && i + 1 < macro.Body.Count;
            int parameter = macro.Parameter(macro.Body[quotes ? i + 1 : i].Text);
            IEnumerable<BracedToken> tokens = parameter < 0 || parameter >= arguments.Count ? [token]
                : parameter == macro.Rest ? arguments.Skip(parameter).SelectMany((a, n) => n > 0 ? a.Prepend(new BracedToken(BracedKind.Sign, ",", use.Start, false)) : a) : arguments[parameter];
            if (quotes && parameter >= 0)
            {
                i++;
                quoted ??= new Dictionary<int, string>();
                if (!quoted.TryGetValue(parameter, out string? text))
                {
                    quoted[parameter] = text = folding.Join("", tokens.Select(t => t.Text));
                }

                tokens = [new BracedToken(BracedKind.Text, text, use.Start, false)];
            }

            foreach (BracedToken one in tokens)
            {
                if (body.Count >= MostBody)
                {
                    IsCut = true;
                    return body;
                }

                budget.SpendWork(WorkOfToken);
                if (joins && body.Count > 0)
                {
                    string joined = body[^1].Text.Length + one.Text.Length <= LongestName ? body[^1].Text + one.Text : body[^1].Text;
                    body[^1] = body[^1] with { Text = joined };
                }
                else
                {
                    body.Add(one with { Start = use.Start, StartsLine = false });
                }

                joins = false;
            }
        }

        return body;
    }
}
