// Reads the settings of an H2O MOJO.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Jvm;

/// <summary>
/// <c>model.ini</c> of an H2O MOJO: settings in <c>[info]</c>, the names of columns, and which files hold the levels of which column. Specification: <c>ModelMojoReader</c> of h2o-genmodel.
/// </summary>
internal sealed class MojoIniFormat : IFormat
{
    private const int MostBytes = 16 << 20;
    private const int MostEntries = 1_000;
    private const int LongestValue = 4096;

    public string Id => "mojo-ini";

    public string Name => "H2O MOJO settings";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span.TrimStart(" \t\r\n\uFEFF"u8);
        return view.IsWhole && head.StartsWith("[info]"u8) && (head.IndexOf("algo"u8) >= 0 || head.IndexOf("mojo_version"u8) >= 0 || head.IndexOf("h2o_version"u8) >= 0)
            ? new Claim(view.Range, ClaimStrength.Certain)
            : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        if (claim.Range.Length > MostBytes)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, "Settings of more than 16 MB were not read.");
            return;
        }

        string text = Encoding.UTF8.GetString(context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, (int)claim.Range.Length));
        context.Budget.SpendWork(text.Length, claim.Range.Offset);
        context.Cover(claim.Range, CoverageKind.Parsed);
        string section = "";
        int entries = 0;
        long columns = 0;
        long declared = -1;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> content = line.Trim();
            if (content is ['[', .., ']'])
            {
                section = content[1..^1].ToString();
                continue;
            }

            columns += section == "columns" && !content.IsEmpty ? 1 : 0;
            int sign = content.IndexOf('=');
            if (section == "info" && sign > 0)
            {
                string key = content[..sign].Trim().ToString();
                string value = content[(sign + 1)..].Trim().ToString();
                declared = key == "n_columns" && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : declared;
                context.Meta(key, value);
                if (entries++ < MostEntries)
                {
                    context.Add(new EntryFact { Path = context.Artifact.Path, Source = "mojo", Key = KeyPath.Append("info", key), Value = value.Length > LongestValue ? value[..LongestValue] : value });
                }
            }
            else if (section == "domains" && content.LastIndexOf(' ') is > 0 and int blank)
            {
                // 4: 3 d000.txt
                context.Refer("domain", "domains/" + content[(blank + 1)..].ToString(), claim.Range.Offset);
            }
        }

        if (declared >= 0 && columns > 0 && declared != columns)
        {
            context.Anomaly("mojo.count-mismatch", claim.Range.Offset, 0, $"The model declares {declared} columns and names {columns}.");
        }
    }
}
