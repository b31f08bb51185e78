// The packages that a file needs and of which nothing is known.
using Assay.Artifacts;

namespace Assay.Detection.Effects;

/// <summary>Collects packages of which nothing is known, for one note.</summary>
internal sealed class PackageList(EffectScope scope)
{
    private const int MaxNamed = 12;

    /// <summary>The root of the names of TorchScript: what lies below it is in the archive, and no package.</summary>
    private const string TorchScript = "__torch__";
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private CallableFact? _first;

    /// <summary>Adds the package of a path.</summary>
    public void Add(string path, CallableFact fact)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        string package = dot > 0 ? path[..dot] : path;
        if (package is TorchScript)
            return;

        _first ??= fact;
        _names.Add(package);
    }

    /// <summary>Says what was collected.</summary>
    public void Say()
    {
        if (_first is null)
            return;

        string list = string.Join(", ", _names.Take(MaxNamed)) + (_names.Count > MaxNamed ? $" and {_names.Count - MaxNamed} more" : "");
        scope.Say(Judgements.Packages, "packages", _first, "", $"Loading imports code that nothing is known of, from: {list}.");
    }
}
