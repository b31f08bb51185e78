// Serves a repository for as long as somebody wants to look at it with a client of theirs.
using Assay.Hub.Tests.Builders;
using Assay.Hub.Tests.Server;

namespace Assay.Hub.Tests.Clients;

/// <summary>
/// <c>ASSAY_HUB_SERVE=FILE tests/Assay.Hub.Tests/bin/Release/net10.0/Assay.Hub.Tests --filter-class '*ServedByHand'</c>: the address is written to the file, and the hub
/// ends when the file is deleted. <c>org/model</c> is open and <c>org/closed</c> is gated.
/// </summary>
public sealed class ServedByHand
{
    [Fact]
    public async Task UntilTheFileIsDeleted()
    {
        string? file = Environment.GetEnvironmentVariable("ASSAY_HUB_SERVE");
        Assert.SkipWhen(file is null, "Somebody's own look: ASSAY_HUB_SERVE names a file for the address.");
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/model").Commit("main", Hubs.Everything);
        TestRepository closed = hub.Add("org/closed");
        closed.IsGated = true;
        closed.Commit("main", Hubs.Everything);
        await File.WriteAllTextAsync(file!, hub.Endpoint.ToString().TrimEnd('/'), TestContext.Current.CancellationToken);
        while (File.Exists(file))
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        await File.WriteAllLinesAsync(file + ".log", hub.Log.All.Select(r => r.ToString()), TestContext.Current.CancellationToken);
    }
}
