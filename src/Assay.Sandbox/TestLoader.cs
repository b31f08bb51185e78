// Loads inputs of a scan for real, in boxes, with every loader that applies.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Kernel;
using Assay.Sandbox.Loading;
using Assay.Sandbox.Observing;
using Assay.Scanning;

namespace Assay.Sandbox;

/// <summary>
/// Loads inputs for real, in boxes, and tells what happened. Boxes with the same libraries are used again: each load has namespaces of its
/// own in them. A load that cannot be boxed does not take place.
/// </summary>
public sealed class TestLoader : ITestLoad, IDisposable
{
    private readonly SandboxOptions _options;
    private readonly Dictionary<string, Box> _boxes = [];
    private readonly Dictionary<string, string> _refusals = [];
    private readonly Lock _lock = new();

    /// <summary>Creates a loader; boxes are started when they are needed.</summary>
    public TestLoader(SandboxOptions? options = null) => _options = options ?? new SandboxOptions();

    /// <summary>What this machine lacks, or null: then loads can be tried.</summary>
    public string? Missing => BoxProbe.Missing(_options);

    /// <inheritdoc/>
    public IReadOnlyList<Fact> Load(string path, ByteSource bytes, IReadOnlyList<Fact> facts, bool named, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(facts);
        if (Missing is { } missing)
        {
            return [NotDetonated(path, missing)];
        }

        IReadOnlyList<KnownLoader> loaders = LoaderChoice.For(path, facts);
        if (loaders.Count == 0)
        {
            return named || LoaderChoice.Others(path, facts).Count > 0 ? [NotDetonated(path, LoaderChoice.Missing(path, facts))] : [];
        }

        if (bytes.Length > _options.LargestModel)
        {
            return [NotDetonated(path, $"the file is larger than {_options.LargestModel} bytes")];
        }

        List<Fact> observed = [];
        List<string> reasons = [];
        bool loaded = false;
        int repeat = Math.Max(1, _options.Repeat);
        BoxSetting[] further = [.. Further()];
        using ModelCopies copies = new(bytes, loaders.Count * (repeat + further.Length));
        copies.Begin();
        try
        {
            foreach (KnownLoader loader in loaders)
            {
                cancellation.ThrowIfCancellationRequested();
                IReadOnlyList<string> libraries = LoaderChoice.Libraries(loader, facts);
                IReadOnlyList<LoadResult> runs = [.. Enumerable.Range(0, repeat)
                    .Select(_ => LoadOnce(path, copies.Take, loader, libraries, BoxSetting.Usual, cancellation))];
                observed.AddRange(RunComparison.Endings(path, loader.Name, [.. runs.Where(r => r.End != LoadEnd.NotBegun).Select(r => (r.Ending, Record(r)))]));
                observed.AddRange(RunComparison.Join([.. runs.Select(r => r.Events)]));
                loaded |= runs.Any(r => r.End == LoadEnd.Loaded);
                reasons.AddRange(runs.Where(r => r.End != LoadEnd.Loaded).Select(r => $"{loader.Name}: {r.Detail}").Distinct());
                if (runs.All(r => r.End == LoadEnd.NotBegun))
                {
                    continue;
                }

                foreach (BoxSetting setting in further)
                {
                    LoadResult again = LoadOnce(path, copies.Take, loader, libraries, setting, cancellation);
                    observed.AddRange(again.Events);
                    if (again.End == LoadEnd.NotBegun)
                    {
                        observed.Add(NotDetonated(path, $"{again.Loader}: {again.Detail}"));
                    }
                    else
                    {
                        observed.AddRange(RunComparison.Endings(path, again.Loader, [(again.Ending, Record(again))]));
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            observed.Add(new UnreadFact { Path = path, Cause = UnreadCause.Cancelled, Detail = "The test load was cancelled." });
            return observed;
        }

        if (!loaded)
        {
            observed.Add(NotDetonated(path, string.Join("; ", reasons)));
        }

        return observed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Box box in _boxes.Values)
            {
                box.Dispose();
            }

            _boxes.Clear();
        }
    }

    /// <summary>What further loads pretend; each changes one thing.</summary>
    private IEnumerable<BoxSetting> Further()
    {
        if (_options.ShiftedDays != 0)
        {
            yield return new BoxSetting(ShiftedDays: _options.ShiftedDays);
        }

        if (_options.HostName.Length > 0)
        {
            yield return new BoxSetting(HostName: _options.HostName);
        }
    }

    /// <summary>Loads once with one loader.</summary>
    internal LoadResult LoadOnce(
        string path, ByteSource bytes, KnownLoader loader, IReadOnlyList<string> libraries, BoxSetting setting, CancellationToken cancellation = default) =>
        LoadOnce(path, () => ModelCopies.Copy(bytes), loader, libraries, setting, cancellation);

    private LoadResult LoadOnce(
        string path, Func<Descriptor> model, KnownLoader loader, IReadOnlyList<string> libraries, BoxSetting setting, CancellationToken cancellation)
    {
        string label = setting.Label(loader.Name);
        try
        {
            if (_options.Backend == SandboxBackend.Runsc)
            {
                // Each load has a gVisor of its own; there is nothing to keep.
                return BoxProbe.Refusal(_options, setting) is { } reason ? NotBegun(label, reason)
                    : new RunscWatch(_options, path, loader, label, setting).Run(model, libraries, cancellation);
            }

            Box box = BoxWith(libraries, setting);
            if (loader.Library.Length > 0 && box.Libraries.GetValueOrDefault(loader.Library) is null)
            {
                return NotBegun(label, $"the library {loader.Library} is not installed");
            }

            return new LoadWatch(box, _options, path, loader.Name, label).Run(model, loader.File, cancellation);
        }
        catch (BoxException e)
        {
            return NotBegun(label, e.Message);
        }
        catch (IOException e)
        {
            // Whoever killed it, the next file gets another one.
            Forget(libraries, setting);
            return NotBegun(label, "the box is gone: " + e.Message);
        }
    }

    private void Forget(IReadOnlyList<string> libraries, BoxSetting setting)
    {
        lock (_lock)
        {
            if (_boxes.Remove(Key(libraries, setting), out Box? box))
            {
                box.Dispose();
            }
        }
    }

    private static string Key(IReadOnlyList<string> libraries, BoxSetting setting) =>
        string.Join(' ', [setting.Label(""), .. libraries]);

    private Box BoxWith(IReadOnlyList<string> libraries, BoxSetting setting)
    {
        string key = Key(libraries, setting);
        lock (_lock)
        {
            if (_refusals.TryGetValue(key, out string? reason))
            {
                throw new BoxException(reason);
            }

            if (!_boxes.TryGetValue(key, out Box? box))
            {
                try
                {
                    box = Box.Start(_options, libraries, setting);
                }
                catch (BoxException e)
                {
                    // It would be refused for every file again.
                    _refusals.Add(key, e.Message);
                    throw;
                }

                _boxes.Add(key, box);
            }

            return box;
        }
    }

    private static IReadOnlyList<string> Record(LoadResult result) => result.Record?.Words() ?? [];

    private static LoadResult NotBegun(string label, string reason) => new(label, LoadEnd.NotBegun, reason, [], 0);

    private static UnreadFact NotDetonated(string path, string reason) =>
        new() { Path = path, Cause = UnreadCause.NotDetonated, Detail = "Not detonated: " + reason.TrimEnd('.') + "." };
}
