// The certificate that a scan of one file gives beside its report.
using Assay.Cli.Files;
using Assay.Detection;
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Reports;
using Assay.Scanning;
using Assay.Trust.Certificates;
using Assay.Trust.Checking;

namespace Assay.Cli.Commands;

/// <summary>What <c>--certificate</c> asks for: a certificate of the pass of one file, or a sentence that says why there is none.</summary>
internal sealed class CertificateFile
{
    private TargetReport? _report;

    /// <summary>Checks that a certificate can be about <paramref name="paths"/>, and can be written to <paramref name="path"/>.</summary>
    public CertificateFile(string path, IReadOnlyList<string> paths, CommandInputs inputs)
    {
        if (paths is not [var only] || only == MemberPath.StandardInput || Directory.Exists(only))
        {
            throw new UsageException("A certificate is about one file: name one, and no directory.");
        }

        File = new ReportFile(path, inputs);
    }

    /// <summary>Where it goes.</summary>
    public ReportFile File { get; }

    /// <summary>Takes the result of the scan.</summary>
    public void Add(ScanResult result) => _report = result.Report;

    /// <summary>Writes it; false where there is none, which has then been said.</summary>
    public bool Write(Host host, ScanHead head, RuleSet rules)
    {
        try
        {
            TargetReport report = _report ?? throw new SettingException("There is no certificate: nothing was examined.");
            byte[] certificate = CertificateChecker.Write(CertificateIssuing.Issue(report, head, rules, Bytes(report.Path)));
            File.Write(stream => stream.Write(certificate));
            return true;
        }
        catch (SettingException e)
        {
            host.Error.WriteLine("assay: " + Escape.Visible(e.Message));
            return false;
        }
    }

    /// <summary>All bytes of a file.</summary>
    public static byte[] Bytes(string path)
    {
        using FileStream stream = SettingFile.Open("model", path);
        try
        {
            if (stream.Length > CertificateChecker.LargestFile)
            {
                throw new SettingException($"The model {path} cannot be checked: it is larger than the checker reads ({CertificateChecker.LargestFile} bytes).");
            }

            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"The model {path} cannot be read: {FileFault.Of(e)}.");
        }
    }
}
