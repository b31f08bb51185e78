// Which files of a repository are needed, when not all of them are wanted.
namespace Assay.Hub.Pulling;

/// <summary>Chooses files by their names: where a model is there as safetensors, its pickles are not needed.</summary>
public static class PullChoice
{
    private const string Safe = ".safetensors";
    private const string Index = ".index.json";
    private static readonly string[] s_pickles = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".th"];

    /// <summary>
    /// For each name that is not needed the file that stands for it. <paramref name="isTaken"/> says whether a safetensors file may be taken: one that may not
    /// makes nothing superfluous.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Superfluous(IReadOnlyCollection<string> names, Func<string, bool> isTaken)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(isTaken);
        Dictionary<string, string> known = new(StringComparer.Ordinal);
        foreach (string name in names.Where(n => n.EndsWith(Safe, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
        {
            // Shards count together: where one of them is missing, none makes anything superfluous.
            string model = Model(name);
            known[model] = known.TryGetValue(model, out string? first) && first.Length == 0 || !isTaken(name) ? "" : first ?? name;
        }

        Dictionary<string, string> superfluous = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            string bare = name.EndsWith(Index, StringComparison.OrdinalIgnoreCase) ? name[..^Index.Length] : name;
            if (s_pickles.Contains(Path.GetExtension(bare).ToLowerInvariant()) && known.GetValueOrDefault(Model(bare)) is { Length: > 0 } instead)
            {
                superfluous[name] = instead;
            }
        }

        return superfluous;
    }

    /// <summary>
    /// The model that a file of weights is, or is a part of: its folder and its name without extension and number. <c>pytorch_model</c> and <c>model</c> are the two
    /// names of one, and so are those of adapters.
    /// </summary>
    private static string Model(string name)
    {
        int slash = name.LastIndexOf('/');
        string file = Path.GetFileNameWithoutExtension(name[(slash + 1)..]);
        int of = file.LastIndexOf("-of-", StringComparison.Ordinal);
        int number = of > 0 ? file.LastIndexOf('-', of - 1) : -1;
        if (number > 0 && file.AsSpan(of + 4).IndexOfAnyExceptInRange('0', '9') < 0 && file.AsSpan(number + 1, of - number - 1).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            file = file[..number];
        }

        string bare = file switch { "pytorch_model" => "model", "diffusion_pytorch_model" => "diffusion_model", _ => file };
        return name[..(slash + 1)] + bare;
    }
}
