// Judges what source hands to what it calls, by where that stems from and by what is known of the callee.
using Assay.Artifacts;
using Assay.Detection.Effects;
using Assay.Effects;
using Assay.Python.Names;

namespace Assay.Detection.Sources;

internal sealed partial class SourceJudge
{
    /// <summary>What a call does with what comes from elsewhere: runs what another machine answers or a client asks for, hands on what is secret, changes whatever a user has.</summary>
    private void Flows(SourceUse use, EffectKind kind)
    {
        bool runs = kind is EffectKind.Exec or EffectKind.Process;
        // Whoever asks for an installation asks for what it fetches.
        bool fromElsewhere = use.Runs.Contains("network") || (use.Runs.Contains("fetched") && !IsAsked(use));
        if (fromElsewhere && ((runs && use.Callee is not "builtins.eval") || (!IsAsked(use) && (runs || kind is EffectKind.NativeLoad || (kind is EffectKind.Unpickle && use.Callee.EndsWith(".loads", StringComparison.Ordinal))))))
        {
            Say("downloads-and-runs", use, "with what another machine answers");
        }

        if (kind is EffectKind.Exec or EffectKind.NativeLoad && use.Runs.Contains("library") && use.Phase is "load" or "infer")
        {
            Say("runs-code", use, "out of what a package gave that was asked for a repository or an address");
        }

        if (kind is EffectKind.Unpickle && !IsAsked(use) && use.Callee.EndsWith(".loads", StringComparison.Ordinal) && (use.Runs.Contains("data") || (use.Callee is "marshal.loads" && use.Arguments is [{ Kind: ShapeKind.Unknown }, ..])))
        {
            Say("runs-code", use, "out of what is data");
        }

        if ((runs || (kind is EffectKind.Unpickle && !IsAsked(use))) && (use.Runs.Contains("request") || (use.Callee is CalledValue && use.From.Contains("request"))))
        {
            Say("runs-request", use, "with what somebody who is connected asks for");
        }

        bool tells = kind is EffectKind.Network || use.Callee.StartsWith("webbrowser.", StringComparison.Ordinal);
        if (tells && (use.From.Contains("store") || use.From.Contains("environment") || (use.From.Contains("place") && !IsReading(use)) || (use.From.Contains("secret") && (!IsAsked(use) || (use.Phase is "use" && Gives(use))))) && !IsHere(use) && !IsToItsHub(use))
        {
            Say("sends-secret", use, What(use) is { Length: > 0 } what ? what : "with a secret of its user");
        }

        if (kind is EffectKind.Write or EffectKind.Delete or EffectKind.Read && use.From.Contains("files") && (kind is EffectKind.Delete || Writes(use)) && !IsAsked(use))
        {
            Say("destroys", use, "for each file that a walk through all of a user's finds");
        }
    }

    /// <summary>
    /// A package of others, of which nothing is known or of which it is known that it reaches out, gets what nobody gives to a package: what lies where secrets do, the place itself, the whole environment. What only reads,
    /// builds or shows what it gets, by its name, is passed over where nothing else is known.
    /// </summary>
    private void HandsOver(SourceUse use)
    {
        // Code of a repository that is named here: a kernel, a metric, a script of a set of data.
        if (!IsAsked(use) && use.From.Contains("asked") && _names.Of(use.Callee) is { IsCoarse: false, Entry: { IsDerived: false } loader } && loader.Call.Any(e => e is { Kind: EffectKind.Import or EffectKind.Exec or EffectKind.NativeLoad, Source: { Kind: SourceKind.Argument, Index: 0 } }))
        {
            Say("runs-elsewhere", use, "");
        }

        if (IsAsked(use) || What(use) is not { Length: > 0 } what || KnownModules.Has(use.Callee) || use.Callee.StartsWith("builtins.", StringComparison.Ordinal) || IsReading(use) || (IsHere(use) && !use.From.Contains("place")))
        {
            return;
        }

        KnownPath known = _names.Of(use.Callee);
        EffectEntry? entry = known.Entry ?? known.Told;
        bool isMade = char.IsAsciiLetterUpper(use.Callee[use.Callee.LastIndexOf('.') + 1]);
        if (entry is null ? !isMade : entry.Call.Any(e => e.Kind is EffectKind.Network))
        {
            Say("hands-secret", use, what);
        }
    }

    /// <summary>Variables are set by which programs that start later, or packages, are told where to fetch from, whom to trust, or what to run first.</summary>
    private void Redirects(SourceUse use)
    {
        string[] texts = [.. Texts(use)];
        for (int i = 0; i + 1 < texts.Length; i += 2)
        {
            (string name, string value) = (texts[i], texts[i + 1]);
            bool isElsewhere = s_words.Value["redirecting"].Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase)) && value.Contains("://", StringComparison.Ordinal) && !s_words.Value["mirror"].Any(m => value.Contains(m, StringComparison.Ordinal)) && !s_words.Value["loopback"].Any(m => value.Contains(m, StringComparison.Ordinal));
            bool starts = KnownVariables.Starts(name) && value.Length > 0 && !s_words.Value["preloaded"].Any(m => value.Contains(m, StringComparison.Ordinal));
            bool trusts = Lists("trusting", name) && value.Length > 0 && !value.StartsWith("/etc/", StringComparison.Ordinal) && !value.Contains("certifi", StringComparison.Ordinal) && !value.Contains("site-packages", StringComparison.Ordinal);
            if (isElsewhere || starts || trusts)
            {
                Say("redirects", use, "");
            }
        }
    }

    /// <summary>Whether all addresses that a call gets are those of the hub that gave the token: a host that only has its name somewhere is another one.</summary>
    private static bool IsToItsHub(SourceUse use)
    {
        string[] addresses = [.. Texts(use).Where(t => t.Contains("://", StringComparison.Ordinal))];
        return addresses.Length > 0 && Array.TrueForAll(addresses, a => Uri.TryCreate(a, UriKind.Absolute, out Uri? uri) && (uri.Host is "huggingface.co" || uri.Host.EndsWith(".huggingface.co", StringComparison.Ordinal)));
    }

    /// <summary>What a call gets that is nobody else's; empty where it gets nothing of the kind.</summary>
    private static string What(SourceUse use) =>
        use.From.Contains("store") ? "with what lies where secrets do"
        : use.From.Contains("environment") ? "with the whole environment"
        : use.From.Contains("place") ? "with the place where secrets lie" : "";

    /// <summary>Whether what is called reads what it gets, builds something of it or shows it, by its name.</summary>
    private static bool IsReading(SourceUse use)
    {
        string name = use.Callee[(use.Callee.LastIndexOf('.') + 1)..].TrimStart('_');
        return s_words.Value["reading"].Any(w => name.StartsWith(w, StringComparison.OrdinalIgnoreCase));
    }
}
