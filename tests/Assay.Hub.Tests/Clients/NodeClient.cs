// Runs npm's @huggingface/hub against the test hub.
using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;

namespace Assay.Hub.Tests.Clients;

/// <summary>The real client in JavaScript. <c>./test</c> installs it into <c>artifacts/tools</c>; without it its tests are skipped.</summary>
internal static class NodeClient
{
    public static string Tools
    {
        get
        {
            for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            {
                if (File.Exists(Path.Combine(at.FullName, "Assay.slnx")))
                {
                    return Path.Combine(at.FullName, "artifacts", "tools");
                }
            }

            throw new InvalidOperationException("The tests must run from a folder inside the repository.");
        }
    }

    /// <summary>What the client sees of repositories, in one process.</summary>
    public static async Task<JsonArray> ReadAsync(Uri hub, string cache, JsonArray repositories)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Tools, "node_modules", "@huggingface", "hub")), "@huggingface/hub is not installed.");
        string script = Path.Combine(cache, "hub.mjs");
        using (Stream from = Assembly.GetExecutingAssembly().GetManifestResourceStream("clients/hub.mjs")!)
        using (FileStream to = File.Create(script))
        {
            await from.CopyToAsync(to);
        }

        ProcessStartInfo start = new("node", [script, Tools, hub.ToString().TrimEnd('/'), cache, repositories.ToJsonString()]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process node = Process.Start(start)!;
        Task<string> error = node.StandardError.ReadToEndAsync();
        string output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, await error);
        return JsonNode.Parse(output)!.AsArray();
    }
}
