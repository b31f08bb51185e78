// The operators of a model for PyTorch's lite interpreter.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Archives;
using Assay.Formats.Joblib;
using Assay.Formats.Pickles;
using Assay.Pickle;

namespace Assay.Formats.PyTorch;

/// <summary>
/// <c>bytecode.pkl</c>, which <c>_save_for_lite_interpreter</c> adds to a TorchScript archive: a pickle of tuples, one for each function, with its instructions and
/// the operators that they call by number. Specification: <c>torch/csrc/jit/mobile/import.cpp</c>.
/// </summary>
internal sealed class TorchMobileCodeFormat : IFormat
{
    private const int MostOperators = 100_000;

    public string Id => "torchscript-bytecode";

    public string Name => "TorchScript bytecode";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.Artifact.Parent is not null && view.IsWhole && view.Head.Span is [(byte)Op.PROTO, ..]
        && ZipNames.Tail(view.Artifact.Name).Equals("bytecode.pkl", StringComparison.OrdinalIgnoreCase)
            ? new Claim(view.Range, ClaimStrength.Likely)
            : null;

    public void Read(Claim claim, ReadContext context)
    {
        using PickleSession session = new(context.Artifact.Bytes, claim.Range.Offset, claim.Range.End, context.Budget, JoblibArrays.Instance);
        session.Begin(new Silent());
        if (session.Run() != PickleEnding.Stop)
        {
            context.Unread(UnreadCause.Malformed, claim.Range.Offset, 0, "The functions for the lite interpreter cannot be read to their end.");
            return;
        }

        Dictionary<string, long> operators = new(StringComparer.Ordinal);
        PickleMachine machine = session.First;
        foreach (PickleValue function in Values(machine, machine.Result, context))
        {
            // A function is its name and a tuple of pairs; the first value is the version.
            if (function.Kind is not PickleKind.Tuple || Values(machine, function, context) is not [_, var parts, ..])
                continue;

            foreach (PickleValue part in Values(machine, parts, context))
            {
                if (Values(machine, part, context) is [var key, var list, ..] && machine.TryText(key) is "operators")
                    Count(machine, list, operators, context);
            }
        }

        foreach ((string name, long count) in operators)
        {
            int colons = name.IndexOf("::", StringComparison.Ordinal);
            context.Add(new OperatorFact
            {
                Path = context.Artifact.Path, Offset = claim.Range.Offset, Domain = colons < 0 ? "" : name[..colons], Name = colons < 0 ? name : name[(colons + 2)..], Count = count,
            });
        }
    }

    private static void Count(PickleMachine machine, PickleValue list, Dictionary<string, long> operators, ReadContext context)
    {
        foreach (PickleValue entry in Values(machine, list, context))
        {
            if (Values(machine, entry, context) is not [var first, ..] || machine.TryText(first) is not { } name)
            {
                context.Unread(UnreadCause.Malformed, 0, 0, "An operator for the lite interpreter has no name.");
            }
            else if (operators.Count < MostOperators || operators.ContainsKey(name))
            {
                operators[name] = operators.GetValueOrDefault(name) + 1;
            }
            else
            {
                context.Unread(UnreadCause.Limit, 0, 0, $"There are more than {MostOperators} operators.");
                return;
            }
        }
    }

    private static List<PickleValue> Values(PickleMachine machine, PickleValue value, ReadContext context)
    {
        if (value.Kind is not (PickleKind.Tuple or PickleKind.List))
            return [];

        if (machine.AllChildren(value) is { } children)
        {
            context.Budget.SpendWork(8L * children.Count);
            return children;
        }

        context.Unread(UnreadCause.Limit, 0, 0, "A list of the functions for the lite interpreter is too long to be kept.");
        return [];
    }

    private sealed class Silent : PickleObserver;
}
