// Descriptions from which servers make or start models: Ollama's Modelfile, the settings of TorchServe.
using Assay.Artifacts;

namespace Assay.Formats.Texts;

/// <summary>Tells where the descriptions lead from which servers make or start models.</summary>
internal static class ServingText
{
    private const int LongestShown = 160;

    /// <summary>
    /// <c>FROM</c> and <c>ADAPTER</c> of a Modelfile are a name of Ollama's library, or a path that <c>ollama create</c> reads and copies into its store. Specification: <c>docs/modelfile.md</c> of Ollama.
    /// </summary>
    public static void Ollama(TextDocument document, ReadContext context)
    {
        if (GoTemplate.TurnsRoles(document.Text) is >= 0 and var turned)
        {
            context.Anomaly("template.turns-roles", document.Offset(turned), 0, "What the user wrote is given to the model as the words of its operator.");
        }

        int at = 0;
        foreach (string raw in document.Text.Split('\n'))
        {
            string line = raw.Trim();
            int blank = line.IndexOf(' ', StringComparison.Ordinal);
            string word = blank < 0 ? "" : line[..blank];
            string value = blank < 0 ? "" : line[(blank + 1)..].Trim().Trim('"');
            bool isSource = word.Equals("FROM", StringComparison.OrdinalIgnoreCase) || word.Equals("ADAPTER", StringComparison.OrdinalIgnoreCase);
            bool isPath = value.StartsWith('.') || value.StartsWith('/') || value.StartsWith('~') || value.Contains('\\', StringComparison.Ordinal);
            if (isSource && isPath && value is not "." && (value.StartsWith('~') || context.Refer("modelfile", value, document.Offset(at)) is ReferencePlace.Outside or ReferencePlace.Absolute) && !IsModel(value))
            {
                context.Anomaly("modelfile.outside", document.Offset(at), raw.Length, $"Ollama reads and keeps what is no model and lies elsewhere: {Short(line)}");
            }

            at += raw.Length + 1;
        }
    }

    /// <summary>
    /// TorchServe loads at its start the archives that <c>load_models</c> names: those of its store, or from an address. The code in an archive runs. Specification: "Advanced configuration" of TorchServe.
    /// </summary>
    public static void TorchServe(TextDocument document, ReadContext context)
    {
        int at = 0;
        foreach (string raw in document.Text.Split('\n'))
        {
            int equals = raw.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? "" : raw[..equals].Trim();
            string value = equals < 0 ? "" : raw[(equals + 1)..].Trim().Replace("\\:", ":", StringComparison.Ordinal);
            if (key is "load_models" && value.Contains("://", StringComparison.Ordinal))
            {
                context.Anomaly("torchserve.remote-model", document.Offset(at), raw.Length, $"The server loads an archive with its code from an address: {Short(value)}");
            }

            at += raw.Length + 1;
        }
    }

    /// <summary>People keep models beside their descriptions, and elsewhere: that a path leads to one says nothing.</summary>
    private static bool IsModel(string path) =>
        path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) || path.EndsWith('/')
        || path.Contains("/.ollama/models/", StringComparison.Ordinal)
        || (!path[(path.LastIndexOfAny(['/', '\\']) + 1)..].Contains('.', StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal));

    private static string Short(string text) => text.Length > LongestShown ? text[..LongestShown] + "..." : text;
}
