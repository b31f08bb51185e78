// What an XGBoost model says, in JSON or UBJSON, and where its counts and indices do not fit.
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;
using Assay.Formats.Json;

namespace Assay.Formats.XgBoost;

/// <summary>
/// Reads the values of a model as <c>LearnerIO::LoadModel</c> and <c>GBTreeModel::LoadModel</c> do. Releases differ in what they check; a count or index that does not fit
/// is told, whatever the newest one makes of it.
/// </summary>
internal sealed class XgBoostModel(ReadContext context)
{
    private const int DeepNesting = 100;
    private const int MostTexts = 1_000;
    private const int LongestText = 4096;
    private readonly OddityLog _oddities = new();
    private readonly Stack<Scope> _scopes = new();
    private readonly Dictionary<string, string> _parameters = new(StringComparer.Ordinal);
    private long _trees;
    private long _treeInfos;
    private long _largestGroup;
    private long _largestFeature = -1;
    private long _weights;
    private long _lastPointer = -1;
    private int _texts;

    /// <summary>An object or a list that is open.</summary>
    private sealed class Scope
    {
        public required bool IsObject { get; init; }

        /// <summary>The name under which it stands, for the items of a list that of the list.</summary>
        public required string Name { get; init; }

        /// <summary>The name of the value that comes next.</summary>
        public string Next { get; set; } = "";

        public XgBoostTree? Tree { get; init; }

        public HashSet<UInt128>? Names { get; init; }
    }

    /// <summary>Reads all tokens; what comes before a break is kept.</summary>
    public void Read(IDocumentTokens tokens)
    {
        while (tokens.Read())
        {
            switch (tokens.Kind)
            {
                case DocumentToken.ObjectStart or DocumentToken.ListStart:
                    Open(tokens);
                    break;
                case DocumentToken.ObjectEnd or DocumentToken.ListEnd:
                    Close(_scopes.Pop(), tokens.Offset);
                    break;
                case DocumentToken.Key:
                    Scope scope = _scopes.Peek();
                    scope.Next = tokens.Text;
                    if (scope.Names?.Add(XxHash128.HashToUInt128(MemoryMarshal.AsBytes(scope.Next.AsSpan()))) == false)
                    {
                        Odd("xgboost.duplicate-key", tokens.Offset, $"The name {Shown(scope.Next)} stands twice in an object.");
                    }

                    break;
                default:
                    if (_scopes.TryPeek(out Scope? holder))
                    {
                        Value(holder, tokens);
                    }

                    break;
            }
        }
    }

    /// <summary>Says what was read, and what is odd.</summary>
    public void Tell(bool whole, long end)
    {
        long features = Number("num_feature");
        if (features > 0 && _largestFeature >= features)
        {
            Odd("xgboost.feature-outside", end, $"A node asks for feature {_largestFeature}, and the model has {features}.");
        }

        long outputs = Math.Max(Math.Max(1, Number("num_class")), Number("num_target"));
        if (_largestGroup >= outputs)
        {
            Odd("xgboost.group-outside", end, $"A tree belongs to output {_largestGroup}, and the model has {outputs}.");
        }

        if (whole && _parameters.ContainsKey("num_trees") && (Number("num_trees") != _trees || _treeInfos != _trees || (_lastPointer >= 0 && _lastPointer != _trees)))
        {
            Odd("xgboost.count-mismatch", end, $"The model declares {Number("num_trees")} trees, and has {_trees} and the outputs of {_treeInfos}.");
        }

        if (whole && _weights > 0 && features >= 0 && _weights % (features + 1) != 0)
        {
            Odd("xgboost.count-mismatch", end, $"A linear model of {features} features has {_weights} weights.");
        }

        foreach ((string key, string value) in _parameters)
        {
            context.Meta(key, value);
        }

        if (_trees > 0)
        {
            context.Meta("trees", _trees.ToString(CultureInfo.InvariantCulture));
        }

        foreach (Oddity odd in _oddities.All)
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
        }
    }

    /// <summary>Says that a length leads past the end.</summary>
    public void Declares(long count, long offset) => Odd("xgboost.declares-more", offset, $"A length of {count} leads past the end of the file.");

    /// <summary>Says that the structure breaks where there is more to come: the file is not cut.</summary>
    public void Breaks(MalformedException broken) => Odd("xgboost.broken-structure", broken.Offset, $"{broken.Message}");

    private void Open(IDocumentTokens tokens)
    {
        Scope? parent = _scopes.TryPeek(out Scope? outer) ? outer : null;
        bool isObject = tokens.Kind == DocumentToken.ObjectStart;
        string name = parent is null ? "" : parent.IsObject ? parent.Next : parent.Name;
        bool isTree = isObject && parent is { IsObject: false, Name: "trees" };
        context.Budget.SpendWork(WorkCosts.NearRead, tokens.Offset);
        context.Held.Add(256);
        _scopes.Push(new Scope { IsObject = isObject, Name = name, Tree = isTree ? new XgBoostTree() : parent?.Tree, Names = isObject && _scopes.Count < 16 ? [] : null });
        if (_scopes.Count == DeepNesting)
        {
            Odd("xgboost.deep-nesting", tokens.Offset, $"Values lie in each other more than {DeepNesting} deep; loaders read them by recursion.");
        }
    }

    private void Close(Scope scope, long offset)
    {
        context.Held.Remove(256);
        bool isTree = scope is { IsObject: true, Name: "trees", Tree: not null };
        if (!isTree)
        {
            return;
        }

        if (scope.Tree!.Id is { } id && id != _trees)
        {
            Odd("xgboost.count-mismatch", offset, $"The tree {_trees} says that it is {id}.");
        }

        _trees++;
        foreach ((string code, string what) in scope.Tree.Check(context.Budget))
        {
            _oddities.Add(code, offset, 0, what);
        }

        _largestFeature = Math.Max(_largestFeature, scope.Tree.LargestFeature);
    }

    private void Value(Scope scope, IDocumentTokens tokens)
    {
        string name = scope.IsObject ? scope.Next : scope.Name;
        if (scope.Tree is { } tree)
        {
            if (!scope.IsObject)
            {
                context.Budget.SpendWork(4, tokens.Offset);
                tree.Add(name, tokens.Integer);
            }
            else if (name == "id")
            {
                tree.Id = tokens.Integer;
            }
            else if (scope.Name == "tree_param" && tokens.Kind == DocumentToken.Text && long.TryParse(tokens.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            {
                tree.Nodes = name == "num_nodes" ? number : tree.Nodes;
                tree.LeafVector = name == "size_leaf_vector" ? number : tree.LeafVector;
            }

            return;
        }

        switch (tokens.Kind)
        {
            case DocumentToken.Number when !scope.IsObject:
                context.Budget.SpendWork(4, tokens.Offset);
                Item(name, tokens.Integer);
                break;
            case DocumentToken.Text:
                Texts(scope, name, tokens);
                break;
        }
    }

    private void Item(string list, long? value)
    {
        switch (list)
        {
            case "tree_info":
                _treeInfos++;
                _largestGroup = Math.Max(_largestGroup, value is null or < 0 ? long.MaxValue : value.Value);
                break;
            case "weights":
                _weights++;
                break;
            case "iteration_indptr":
                _lastPointer = value ?? -1;
                break;
        }
    }

    private void Texts(Scope scope, string name, IDocumentTokens tokens)
    {
        if (scope.IsObject && (scope.Name is "learner_model_param" or "gbtree_model_param" || (scope.Name is "gradient_booster" or "objective" && name == "name")))
        {
            string key = name == "name" ? scope.Name : name;
            _parameters.TryAdd(key, tokens.Text);
        }

        // What people wrote: attributes, and the names and types of features.
        bool told = scope is { IsObject: true, Name: "attributes" } || (!scope.IsObject && name is "feature_names");
        if (told && _texts++ < MostTexts)
        {
            string text = tokens.Text;
            string path = scope.IsObject ? KeyPath.Append("attributes", name) : KeyPath.Append("feature_names", _texts - 1L);
            context.Add(new EntryFact
            {
                Path = context.Artifact.Path, Offset = tokens.Offset, Source = "metadata", Key = path, Value = text.Length > LongestText ? text[..LongestText] : text, IsCut = text.Length > LongestText,
            });
        }
    }

    private long Number(string parameter) =>
        _parameters.TryGetValue(parameter, out string? text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static string Shown(string name) => name.Length > 64 ? name[..64] : name;

    private void Odd(string code, long offset, FormattableString detail) => _oddities.Add(code, offset, 0, () => detail.ToString(CultureInfo.InvariantCulture));
}
