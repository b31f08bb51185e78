// XML of no format of its own: descriptions of processes and diagrams, settings, data.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Matlab;
using Assay.Formats.PythonSources;
using Assay.Formats.Shell;
using Assay.Formats.Xml;

namespace Assay.Formats.Texts;

/// <summary>
/// Tells what is odd about any XML, and what its values are where programs run them: lines for a shell, scripts of the nodes of a process (RapidMiner, KNIME), callbacks of a diagram (Simulink calls <c>InitFcn</c> and its like when a
/// model is opened). What is not well-formed is read as far as it is: nothing says that somebody parses it.
/// </summary>
internal static class XmlText
{
    private const int LongestValue = 1 << 16;
    private const int ShortestScript = 16;
    private const int MostUses = 32;
    private const string Callback = "Fcn";

    /// <summary>What the names of values have in them that say what is started.</summary>
    private static readonly string[] s_starting = ["command", "exec", "program", "script", "run", "start", "cmd", "launch", "path", "value", "option", "arg", "string"];

    /// <summary>Reads the document.</summary>
    public static void Tell(Claim claim, ReadContext context)
    {
        string name = "";
        int uses = 0;
        new XmlDocumentReading(claim, context) { IsLoose = true }.Read(reader =>
        {
            if (uses >= MostUses)
            {
                return;
            }

            if (reader.Type == XmlTokenType.StartElement)
            {
                name = reader.Attribute("Name") ?? reader.Attribute("name") ?? reader.LocalName.ToString();
                foreach (XmlAttribute attribute in reader.Attributes)
                {
                    uses += Value(attribute.Value, name, attribute.Offset, context);
                }
            }
            else if (reader.Type == XmlTokenType.Text)
            {
                uses += Value(reader.Text.Length > LongestValue ? reader.Text[..LongestValue].ToString() : reader.Text.ToString(), name, reader.Offset, context);
            }
        });
    }

    private static int Value(string value, string name, long offset, ReadContext context)
    {
        if (value.Length is < 4 or > LongestValue)
        {
            return 0;
        }

        int found = 0;
        if (name.EndsWith(Callback, StringComparison.Ordinal) && MatlabCode.Acts(value) is { } acts)
        {
            context.Anomaly("matlab.function-acts", offset, 0, $"The callback {name} calls {acts}.");
            found++;
        }

        if (value.Length < ShortestScript || !value.AsSpan().ContainsAny(' ', '('))
        {
            return found;
        }

        bool isJava = value.Contains("Runtime.getRuntime()", StringComparison.Ordinal) || value.Contains("ProcessBuilder(", StringComparison.Ordinal);
        if (isJava || (value.Contains('\n', StringComparison.Ordinal) && PythonLook.IsSource(value)))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(isJava ? $"class Script {{ void run() {{ {value} }} }}" : value);
            context.Budget.SpendWork(bytes.Length, offset);
            context.Submit(new Artifact(isJava ? $"script@0x{offset:x}.java" : $"script@0x{offset:x}.py", new MemorySource(bytes), context.Artifact) { When = "use" });
            return found + 1;
        }

        // A list of folders is no command; a path that starts something stands under a name that says so.
        bool isStarted = Array.Exists(s_starting, w => name.Contains(w, StringComparison.OrdinalIgnoreCase));
        foreach (ShellUse use in ShellLines.Read(value, context.Budget).Where(u => isStarted || u.Code is not "shell.hidden-program"))
        {
            context.Anomaly(use.Code, offset, 0, $"{name}: {use.Detail}");
            found++;
        }

        // The arguments of a shell whose program stands in another value, a command behind the name of its kind.
        foreach (ShellUse use in found > 0 ? [] : StrayCommands.In(value, context.Budget))
        {
            context.Anomaly("settings.command", offset, 0, $"{name}: {use.Detail}");
            found++;
        }

        return found;
    }
}
