// What servers turned out to be able to do.
using System.Collections.Concurrent;

namespace Assay.Hub.Reading;

/// <summary>
/// Remembers which servers give several ranges at a time. Of a server that was not asked yet one request finds out, and the others wait for it: where it cannot, only
/// one was in vain.
/// </summary>
internal sealed class ServerTraits : IDisposable
{
    private readonly ConcurrentDictionary<string, Trait> _servers = new(StringComparer.OrdinalIgnoreCase);

    private sealed class Trait
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public bool? Together { get; set; }
    }

    /// <summary>Whether several ranges may be asked for; <see cref="Told"/> follows where they may.</summary>
    public async Task<bool> MayAskTogetherAsync(string server, CancellationToken cancellation)
    {
        Trait trait = _servers.GetOrAdd(server, _ => new Trait());
        if (trait.Together is { } known)
        {
            return known;
        }

        await trait.Turn.WaitAsync(cancellation).ConfigureAwait(false);
        if (trait.Together is { } meanwhile)
        {
            trait.Turn.Release();
            return meanwhile;
        }

        return true;
    }

    /// <summary>What an answer showed; null where there was none.</summary>
    public void Told(string server, bool? could)
    {
        Trait trait = _servers[server];
        if (trait.Together is null)
        {
            trait.Together = could;
            trait.Turn.Release();
        }
        else if (could == false)
        {
            trait.Together = false;
        }
    }

    public void Dispose()
    {
        foreach (Trait trait in _servers.Values)
        {
            trait.Turn.Dispose();
        }
    }
}
