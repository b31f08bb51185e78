// Checks a certificate against a file: reads the file a second time, and holds every claim to what is there.
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Assay.Trust.Checking;

/// <summary>A claim that does not hold.</summary>
/// <param name="Claim">Which one: <c>schema</c>, <c>digest</c>, <c>format</c>, <c>parts</c>, <c>events</c>, <c>callables</c>.</param>
/// <param name="Sentence">What is wrong.</param>
public sealed record CertificateFault(string Claim, string Sentence);

/// <summary>What checking came to.</summary>
/// <param name="Faults">Claims that do not hold.</param>
/// <param name="Verified">How many imports, calls and states were found as claimed.</param>
/// <param name="Resting">Callables that only the issuer's effect packs call harmless.</param>
public sealed record CertificateCheck(IReadOnlyList<CertificateFault> Faults, long Verified, IReadOnlyList<string> Resting);

/// <summary>
/// Checks certificates. It is small, stands alone in its room, and judges nothing by the rules: it walks the opcodes itself and knows a list of harmless names. Whoever trusts it need not trust the rest.
/// </summary>
public static class CertificateChecker
{
    /// <summary>The largest file that it reads.</summary>
    public const long LargestFile = 1L << 30;

    private const string Word = "checker";

    /// <summary>Reads a certificate; null where the text is none.</summary>
    public static Certificate? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CertificateJson.Default.Certificate) is { Parts: not null, Callables: not null, Name: not null, Issuer: not null } certificate
                && certificate.Parts.All(p => p is { Path: not null, Events: not null }) && certificate.Callables.All(c => c?.Name is not null) ? certificate : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A certificate as text.</summary>
    public static byte[] Write(Certificate certificate) => [.. JsonSerializer.SerializeToUtf8Bytes(certificate, CertificateJson.Default.Certificate), (byte)'\n'];

    /// <summary>Holds the claims of a certificate to a file.</summary>
    public static CertificateCheck Check(Certificate certificate, byte[] file)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(file);
        List<CertificateFault> faults = [];
        void Fault(string claim, string sentence) => faults.Add(new CertificateFault(claim, sentence));
        if (certificate.Schema != Certificate.CurrentSchema)
        {
            Fault("schema", "The certificate is of a form that this version does not know.");
        }

        if (certificate.Size != file.Length || certificate.Sha256 != Convert.ToHexStringLower(SHA256.HashData(file)))
        {
            Fault("digest", "The file is not the one that the certificate is about.");
        }

        IReadOnlyList<CheckedPart> parts;
        try
        {
            parts = CheckedFile.Read(file, out string format);
            if (format != certificate.Format)
            {
                Fault("format", $"The file is {format}, and not {certificate.Format}.");
            }
        }
        catch (UncheckableException e)
        {
            Fault("format", $"The checker cannot read the file: {e.Message}.");
            return new CertificateCheck(faults, 0, []);
        }

        long verified = Parts(certificate, parts, Fault);
        IReadOnlyList<string> resting = Callables(certificate, parts, Fault);
        return new CertificateCheck(faults, verified, resting);
    }

    /// <summary>The callables of parts, in ordinal order: what is imported, and what is called or acted on through results of it.</summary>
    public static IEnumerable<string> NamesOf(IEnumerable<CheckedPart> parts) =>
        parts.SelectMany(p => p.Events).Where(e => e.Kind != "persistent").Select(e => Bare(e.Callee)).Where(n => n != "persistent").Distinct().Order(StringComparer.Ordinal);

    /// <summary>What the checker itself knows of a name; null where that is nothing.</summary>
    public static HarmlessName? Known(string name) => HarmlessNames.Of(name);

    private static long Parts(Certificate certificate, IReadOnlyList<CheckedPart> parts, Action<string, string> fault)
    {
        long verified = 0;
        if (certificate.Parts.Count != parts.Count)
        {
            fault("parts", string.Create(CultureInfo.InvariantCulture, $"The file has {parts.Count} parts, and the certificate lists {certificate.Parts.Count}."));
        }

        foreach ((CheckedPart claimed, CheckedPart found) in certificate.Parts.Zip(parts))
        {
            string where = string.Create(CultureInfo.InvariantCulture, $"{(found.Path.Length > 0 ? found.Path + ", " : "")}offset {found.Offset}");
            if ((claimed.Path, claimed.Kind, claimed.Offset, claimed.Length, claimed.Sha256) != (found.Path, found.Kind, found.Offset, found.Length, found.Sha256))
            {
                fault("parts", $"The part at {where} ({found.Kind}, {found.Length} bytes) is not as claimed.");
            }

            if (claimed.Events.Count != found.Events.Count)
            {
                fault("events", $"In the part at {where} a loader would do {found.Events.Count} things, and {claimed.Events.Count} are claimed.");
            }

            foreach ((CheckedEvent one, CheckedEvent other) in claimed.Events.Zip(found.Events))
            {
                if (one != other)
                {
                    fault("events", string.Create(CultureInfo.InvariantCulture, $"In the part at {where} there is a {other.Kind} of {other.Callee} at {other.Offset}, and not what is claimed."));
                    break;
                }

                verified++;
            }
        }

        return verified;
    }

    private static List<string> Callables(Certificate certificate, IReadOnlyList<CheckedPart> parts, Action<string, string> fault)
    {
        string[] names = [.. NamesOf(parts)];
        List<string> resting = [];
        if (!names.SequenceEqual(certificate.Callables.Select(c => c.Name)))
        {
            fault("callables", "The callables of the file are not those that the certificate accounts for.");
        }

        HashSet<string> there = [.. names];
        foreach (CertifiedName claimed in certificate.Callables.Where(c => there.Contains(c.Name)))
        {
            HarmlessName? known = HarmlessNames.Of(claimed.Name);
            if (known is null && claimed.By != Word)
            {
                resting.Add(claimed.Name);
            }
            else if (known is null || (claimed.Does, claimed.Why, claimed.By) != (known.Does, known.Why, Word))
            {
                fault("callables", $"The reason for {claimed.Name} is not one that holds.");
            }
        }

        foreach (CheckedEvent used in parts.SelectMany(p => p.Events).Where(e => e.Kind == "call"))
        {
            if (HarmlessNames.Of(used.Callee) is { } known)
            {
                if (!Fits(known, used.Arguments))
                {
                    fault("callables", string.Create(CultureInfo.InvariantCulture, $"What {used.Callee} gets at {used.Offset} is not what makes it harmless."));
                }
            }
            else if (used.Callee.EndsWith(')'))
            {
                fault("callables", string.Create(CultureInfo.InvariantCulture, $"What is called at {used.Offset} is the result of a call, of which nobody knows what it is."));
            }
        }

        return resting;
    }

    /// <summary>Whether the arguments are of the form for which a name is harmless.</summary>
    private static bool Fits(HarmlessName known, string arguments) => known.Does switch
    {
        "encode" => IsIntoLatin(arguments),
        "instance" => HarmlessNames.Of(FirstOf(arguments)) is not null,
        _ => true,
    };

    /// <summary>Whether the arguments are one text and the name of the encoding, and nothing third that would make it the way to treat faults. Quotes within a text are written as escapes.</summary>
    private static bool IsIntoLatin(string arguments)
    {
        const string Begin = "tuple['", End = "', 'latin1']";
        return arguments.Length >= Begin.Length + End.Length && arguments.StartsWith(Begin, StringComparison.Ordinal) && arguments.EndsWith(End, StringComparison.Ordinal)
            && !arguments.AsSpan(Begin.Length, arguments.Length - Begin.Length - End.Length).Contains('\'');
    }

    private static string FirstOf(string arguments)
    {
        const string Begin = "tuple[";
        int end = arguments.IndexOf(',', StringComparison.Ordinal);
        return arguments.StartsWith(Begin, StringComparison.Ordinal) && end > 0 ? arguments[Begin.Length..end] : "";
    }

    private static string Bare(string callee)
    {
        int end = callee.IndexOf("()", StringComparison.Ordinal);
        return end < 0 ? callee : callee[..end];
    }
}
