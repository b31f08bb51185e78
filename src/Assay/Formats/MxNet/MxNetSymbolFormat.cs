// Reads MXNet's symbols: a graph in JSON.
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.MxNet;

/// <summary>
/// MXNet's <c>-symbol.json</c>: a JSON object with <c>nodes</c>, each an operator with a name, attributes and inputs. <c>Custom</c> calls code that was registered in Python under the name in <c>op_type</c>; <c>_Native</c> and
/// <c>_NDArray</c> call functions by an address that stands in the file. Specification: <c>nnvm/src/pass/saveload_json.cc</c>.
/// </summary>
internal sealed class MxNetSymbolFormat : IFormat
{
    private const int MaxDepth = 512;
    private const int MostKinds = 10_000;

    private static readonly HashSet<string> s_telling = new(StringComparer.Ordinal) { "op_type", "info", "library", "lib", "path", "file", "module", "class", "code", "func", "function", "script", "subgraph_name", "__opt_skip__" };

    public string Id => "mxnet-symbol";

    public string Name => "MXNet symbol";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && JsonKeys.Of(view) is { IsList: false } keys && keys.Outer("nodes") && keys.Inner("op") && keys.Inner("inputs") ? new Claim(view.Range, ClaimStrength.Likely) : null;

    public void Read(Claim claim, ReadContext context)
    {
        int mark = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, 3) is [0xEF, 0xBB, 0xBF] ? 3 : 0;
        JsonTokenReader json = new(context.Artifact.Bytes, new ByteRange(claim.Range.Offset + mark, claim.Range.Length - mark), context.Budget, MaxDepth);
        Dictionary<string, (string Name, List<OperatorAttribute> Attributes, long Count, long At)> operators = new(StringComparer.Ordinal);
        try
        {
            Nodes(json, operators, context);
            context.Cover(claim.Range, CoverageKind.Parsed);
        }
        catch (MalformedException e)
        {
            context.Cover(new ByteRange(claim.Range.Offset, json.End - claim.Range.Offset), CoverageKind.Parsed);
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }

        foreach ((string name, List<OperatorAttribute> attributes, long count, long at) in operators.Values)
        {
            context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = at, Name = name, Attributes = attributes, Count = count });
        }

        context.Meta("operators", operators.Count.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>An object with a text under <c>op</c> is a node, however deep it lies: subgraphs hold nodes of their own.</summary>
    private static void Nodes(JsonTokenReader json, Dictionary<string, (string, List<OperatorAttribute>, long, long)> operators, ReadContext context)
    {
        Stack<(string Op, List<OperatorAttribute> Attributes, long At)> open = [];
        string key = "";
        long nodes = 0;
        (long Index, long At) highest = (-1, 0);
        bool isFirst = false;
        while (json.Read())
        {
            switch (json.Type)
            {
                case JsonTokenType.StartObject:
                    open.Push(("", [], json.Offset));
                    break;
                case JsonTokenType.PropertyName:
                    key = json.Text();
                    isFirst = false;
                    break;
                case JsonTokenType.StartArray:
                    isFirst = true;
                    break;
                case JsonTokenType.Number when isFirst && ((key == "inputs" && open.Count == 2) || (key == "heads" && open.Count == 1)):
                    // An entry is the number of a node, and which of its outputs.
                    isFirst = false;
                    long index = json.TryNumber(out long value) && value >= 0 ? value : long.MaxValue;
                    highest = index > highest.Index ? (index, json.Offset) : highest;
                    break;
                case JsonTokenType.String when open.TryPeek(out (string Op, List<OperatorAttribute> Attributes, long At) node):
                    if (key == "op")
                    {
                        open.Pop();
                        open.Push(node with { Op = json.Text() });
                    }
                    else if (s_telling.Contains(key) && node.Attributes.Count < 64)
                    {
                        string text = json.Text();
                        node.Attributes.Add(new OperatorAttribute(key, text.Length > 4096 ? text[..4096] : text));
                    }

                    break;
                case JsonTokenType.EndObject when open.TryPop(out (string Op, List<OperatorAttribute> Attributes, long At) node):
                    nodes += open.Count == 1 && node.Op.Length > 0 ? 1 : 0;
                    if (node.Op.Length is 0 or > 4096 || node.Op == "null")
                    {
                        // Attributes stand in an object of their own in the node.
                        if (open.TryPeek(out (string Op, List<OperatorAttribute> Attributes, long At) outer) && outer.Attributes.Count < 64)
                        {
                            outer.Attributes.AddRange(node.Attributes);
                        }

                        break;
                    }

                    string id = node.Op + "\n" + string.Join('\n', node.Attributes.Select(a => a.Name + "=" + a.Value));
                    if (operators.Count >= MostKinds && !operators.ContainsKey(id))
                    {
                        throw ScanBudget.Spent("operators", MostKinds, node.At);
                    }

                    (string _, List<OperatorAttribute>? known, long count, long at) = operators.GetValueOrDefault(id);
                    operators[id] = (node.Op, known ?? node.Attributes, count + 1, known is null ? node.At : at);
                    break;
            }
        }

        if (highest.Index >= nodes)
        {
            context.Anomaly("mxnet.index", highest.At, 0, string.Create(CultureInfo.InvariantCulture, $"An input is the node {highest.Index} of {nodes}."));
        }
    }
}
