// The names that converted weights get: those that loaders look for.
namespace Assay.Cli.Commands;

/// <summary>The names that converted weights get: <c>pytorch_model</c> becomes <c>model</c>, the extension <c>.safetensors</c>.</summary>
internal static class ConvertNames
{
    private const string Extension = ".safetensors";

    /// <summary>The new name of a file of weights.</summary>
    public static string Of(string relative) => Path.GetExtension(relative) == Extension ? relative : Renamed(Path.ChangeExtension(relative, null)) + Extension;

    /// <summary>The new name of an index: that of the file that it stands for.</summary>
    public static string OfIndex(string relative)
    {
        string weights = relative.EndsWith(ConvertIndexes.End, StringComparison.Ordinal) ? relative[..^ConvertIndexes.End.Length] : relative;
        return Of(Path.HasExtension(weights) ? weights : weights + ".bin") + ConvertIndexes.End;
    }

    private static string Renamed(string stem)
    {
        string file = Path.GetFileName(stem);
        // A distributed checkpoint is called by its metadata, whose name is an extension alone.
        return Path.Join(Path.GetDirectoryName(stem), file.Length == 0 ? "model" : file.StartsWith("pytorch_model", StringComparison.Ordinal) ? file["pytorch_".Length..] : file);
    }
}
