// Hands the nodes of YAML to a sink: tells keys from values, and counts what aliases would expand to.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Configuration;

namespace Assay.Formats.Yaml;

/// <summary>
/// Hands nodes on as keys and values. A key that is a map or list is handed on as a value under the key <c>?</c>. What a document would be with all its aliases expanded is counted
/// without expanding any.
/// </summary>
internal sealed class YamlNodes(IValueSink sink, ScanBudget budget)
{
    private const int MostAnchors = 65536;
    private const int LongestKept = 4096;
    private const int AnchorSize = 128;
    private readonly Dictionary<string, Anchored> _anchors = new(StringComparer.Ordinal);
    private readonly List<Frame> _open = [];

    private sealed class Frame(bool isMap, string anchor)
    {
        public bool IsMap => isMap;

        public string Anchor => anchor;

        public bool WantsKey { get; set; }

        public bool IsFirst { get; set; } = true;

        public bool IsKeyOpen { get; set; }

        public double Size { get; set; } = 1;
    }

    private readonly record struct Anchored(double Size, ScalarValue? Scalar, bool IsOpen);

    /// <summary>How many nodes were written.</summary>
    public long Written { get; private set; }

    /// <summary>How many there would be with all aliases expanded, over all documents.</summary>
    public double Expanded { get; private set; }

    /// <summary>Where an alias stands that lies in what it stands for, or -1.</summary>
    public long RecursiveAt { get; private set; } = -1;

    /// <summary>Whether nothing was put into the innermost map or list yet.</summary>
    public bool IsFirst => _open.Count == 0 || _open[^1].IsFirst;

    /// <summary>A document begins: anchors do not reach from one into the next.</summary>
    public void StartDocument()
    {
        _anchors.Clear();
        _open.Clear();
    }

    /// <summary>A map or list begins.</summary>
    public void Start(bool isMap, long offset, string tag, string anchor)
    {
        Place(offset);
        Anchor(anchor, new Anchored(0, null, true));
        _open.Add(new Frame(isMap, anchor) { WantsKey = isMap });
        if (isMap)
        {
            sink.StartMap(offset, tag);
        }
        else
        {
            sink.StartList(offset, tag);
        }
    }

    /// <summary>The innermost map or list ends.</summary>
    public void End(long offset)
    {
        Frame closed = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        Anchor(closed.Anchor, new Anchored(closed.Size, null, false));
        Count(closed.Size);
        sink.End(offset);
        Placed();
    }

    /// <summary>A scalar.</summary>
    public void Scalar(string anchor, string tag, ScalarValue value)
    {
        Anchor(anchor, new Anchored(1, value.Text.Length <= LongestKept ? value : null, false));
        Hand(value with { Tag = tag });
        Count(1);
    }

    /// <summary>An alias; false where it stands for nothing.</summary>
    public bool Alias(string name, long offset)
    {
        if (!_anchors.TryGetValue(name, out Anchored anchored))
        {
            return false;
        }

        RecursiveAt = anchored.IsOpen && RecursiveAt < 0 ? offset : RecursiveAt;
        Hand(anchored.Scalar is { } scalar ? scalar with { Offset = offset } : new ScalarValue(EntryKind.Null, "*" + name, offset));
        Count(Math.Max(1, anchored.Size));
        return true;
    }

    private void Hand(ScalarValue value)
    {
        if (_open.Count > 0 && _open[^1] is { IsMap: true, WantsKey: true } map)
        {
            map.WantsKey = false;
            map.IsFirst = false;
            sink.Key(value.Text, value.Offset);
            if (value.Tag.StartsWith(YamlTags.Python, StringComparison.Ordinal))
            {
                // A tag does the same on a key; a value follows for it.
                sink.Scalar(value);
                sink.Key(value.Text, value.Offset);
            }

            return;
        }

        Place(value.Offset);
        sink.Scalar(value);
        Placed();
    }

    /// <summary>A value comes; one that stands where a key should has a key made for it.</summary>
    private void Place(long offset)
    {
        Written++;
        if (_open.Count == 0)
        {
            return;
        }

        Frame frame = _open[^1];
        frame.IsFirst = false;
        if (frame is { IsMap: true, WantsKey: true })
        {
            sink.Key("?", offset);
            frame.WantsKey = false;
            frame.IsKeyOpen = true;
        }
    }

    private void Placed()
    {
        if (_open.Count == 0 || _open[^1] is not { IsMap: true } frame)
        {
            return;
        }

        if (frame.IsKeyOpen)
        {
            // What stood where the key should is done: its value comes.
            frame.IsKeyOpen = false;
            sink.Key("?", 0);
            return;
        }

        frame.WantsKey = true;
    }

    private void Anchor(string name, Anchored anchored)
    {
        if (name.Length > 0 && (_anchors.ContainsKey(name) || _anchors.Count < MostAnchors))
        {
            budget.SpendWork(AnchorSize, 0);
            _anchors[name] = anchored;
        }
    }

    private void Count(double size)
    {
        if (_open.Count > 0)
        {
            _open[^1].Size += size;
        }
        else
        {
            Expanded += size;
        }
    }
}
