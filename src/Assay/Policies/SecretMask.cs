// Keeps secrets that a payload carries out of reports, which travel further than the file.
using Assay.Detection;
using Assay.Evaluation.Intents;

namespace Assay.Policies;

/// <summary>Masks tokens, passwords and private keys in what findings say. Keys are made before and do not change.</summary>
internal static class SecretMask
{
    public static Finding Of(Finding finding)
    {
        string message = SecretWords.Mask(finding.Message);
        bool changed = !ReferenceEquals(message, finding.Message);
        List<Evidence> evidence = new(finding.Evidence.Count);
        foreach (Evidence one in finding.Evidence)
        {
            string text = SecretWords.Mask(one.Text);
            bool masked = !ReferenceEquals(text, one.Text);
            evidence.Add(masked ? one with { Text = text } : one);
            changed |= masked;
        }

        return changed ? finding with { Message = message, Evidence = evidence } : finding;
    }
}
