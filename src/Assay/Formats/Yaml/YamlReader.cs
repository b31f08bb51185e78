// Reads YAML documents event by event: maps, lists, scalars with their tags, anchors and aliases.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Configuration;
using Assay.Formats.Texts;

namespace Assay.Formats.Yaml;

/// <summary>
/// Reads all documents of a YAML stream, without recursion and without resolving what it names. An alias of a scalar is handed on as that scalar; one of a map or list is told and
/// never expanded, since what it stands for was handed on where it was anchored. Specification: yaml.org/spec/1.1, as PyYAML reads it.
/// </summary>
internal sealed class YamlReader
{
    private readonly YamlScanner _scanner;
    private readonly TextDocument _document;
    private readonly YamlNodes _nodes;
    private readonly YamlTags _tags = new();
    private readonly Stack<State> _states = new();
    private YamlToken _token;

    private enum State
    {
        BlockSequence,
        IndentlessSequence,
        BlockMappingKey,
        BlockMappingValue,
        FlowSequence,
        FlowMappingKey,
        FlowMappingValue,
        FlowPairValue,
        FlowPairEnd,
    }

    /// <summary>Creates a reader.</summary>
    public YamlReader(TextDocument document, ScanBudget budget, IValueSink sink)
    {
        _document = document;
        _scanner = new YamlScanner(document, budget);
        _nodes = new YamlNodes(sink, budget);
        _token = _scanner.Next();
    }

    /// <summary>How many documents were read.</summary>
    public int Documents { get; private set; }

    /// <summary>What anchors and aliases came to.</summary>
    public YamlNodes Nodes => _nodes;

    /// <summary>Whether it broke at a sign that the language keeps for itself: no reader takes such a document.</summary>
    public bool IsReserved => _scanner.IsReserved;

    /// <summary>Where the reader stands, in bytes of the file.</summary>
    public long Position => _document.Offset(_token.Start);

    /// <summary>Reads all documents.</summary>
    /// <exception cref="MalformedException">A document breaks; what came before was handed on.</exception>
    public void Read()
    {
        while (true)
        {
            while (Is(YamlTokenKind.DocumentEnd))
            {
                Take();
            }

            if (Is(YamlTokenKind.StreamEnd))
            {
                return;
            }

            Document();
            Documents++;
        }
    }

    private void Document()
    {
        _tags.Clear();
        while (Is(YamlTokenKind.Directive))
        {
            _tags.Declare(Take().Text);
        }

        bool isExplicit = Is(YamlTokenKind.DocumentStart);
        if (isExplicit)
        {
            Take();
        }

        _nodes.StartDocument();
        if (_token.Kind is YamlTokenKind.Directive or YamlTokenKind.DocumentStart or YamlTokenKind.DocumentEnd or YamlTokenKind.StreamEnd)
        {
            Empty();
        }
        else
        {
            Node(isBlock: true);
            while (_states.TryPop(out State state))
            {
                Go(state);
            }
        }

        if (_token.Kind is not (YamlTokenKind.DocumentStart or YamlTokenKind.DocumentEnd or YamlTokenKind.StreamEnd or YamlTokenKind.Directive))
        {
            throw _scanner.Broken("something stands behind the document", _token.Start);
        }
    }

    private bool Is(YamlTokenKind kind) => _token.Kind == kind;

    private YamlToken Take()
    {
        YamlToken taken = _token;
        _token = _scanner.Next();
        return taken;
    }

    private void Go(State state)
    {
        switch (state)
        {
            case State.BlockSequence:
                Sequence(YamlTokenKind.BlockEnd, state);
                break;
            case State.IndentlessSequence:
                if (Is(YamlTokenKind.BlockEntry))
                {
                    Item(state);
                }
                else
                {
                    _nodes.End(Position);
                }

                break;
            case State.BlockMappingKey:
                BlockMapping();
                break;
            case State.BlockMappingValue:
                Value(State.BlockMappingKey, isBlock: true);
                break;
            case State.FlowSequence:
                FlowSequence();
                break;
            case State.FlowMappingKey:
                FlowMapping();
                break;
            case State.FlowMappingValue:
                Value(State.FlowMappingKey, isBlock: false);
                break;
            case State.FlowPairValue:
                Value(State.FlowPairEnd, isBlock: false);
                break;
            case State.FlowPairEnd:
                _nodes.End(Position);
                _states.Push(State.FlowSequence);
                break;
        }
    }

    private void Sequence(YamlTokenKind end, State state)
    {
        if (Is(YamlTokenKind.BlockEntry))
        {
            Item(state);
        }
        else if (Is(end))
        {
            Take();
            _nodes.End(Position);
        }
        else
        {
            throw _scanner.Broken("an item of a list is missing", _token.Start);
        }
    }

    private void Item(State state)
    {
        Take();
        _states.Push(state);
        bool isEmpty = Is(YamlTokenKind.BlockEntry) || Is(YamlTokenKind.BlockEnd)
            || (state is State.IndentlessSequence && _token.Kind is YamlTokenKind.Key or YamlTokenKind.Value);
        if (isEmpty)
        {
            Empty();
        }
        else
        {
            Node(isBlock: true);
        }
    }

    private void BlockMapping()
    {
        if (Is(YamlTokenKind.Key))
        {
            Take();
            _states.Push(State.BlockMappingValue);
            if (_token.Kind is YamlTokenKind.Key or YamlTokenKind.Value or YamlTokenKind.BlockEnd)
            {
                Empty();
            }
            else
            {
                Node(isBlock: true, mayBeIndentless: true);
            }
        }
        else if (Is(YamlTokenKind.Value))
        {
            Empty();
            _states.Push(State.BlockMappingValue);
        }
        else if (Is(YamlTokenKind.BlockEnd))
        {
            Take();
            _nodes.End(Position);
        }
        else
        {
            throw _scanner.Broken("a key is missing", _token.Start);
        }
    }

    private void Value(State next, bool isBlock)
    {
        _states.Push(next);
        if (!Is(YamlTokenKind.Value))
        {
            Empty();
            return;
        }

        Take();
        bool isEmpty = isBlock ? _token.Kind is YamlTokenKind.Key or YamlTokenKind.Value or YamlTokenKind.BlockEnd
            : _token.Kind is YamlTokenKind.FlowEntry or YamlTokenKind.FlowMappingEnd or YamlTokenKind.FlowSequenceEnd;
        if (isEmpty)
        {
            Empty();
        }
        else
        {
            Node(isBlock, mayBeIndentless: isBlock);
        }
    }

    private void FlowSequence()
    {
        bool parts = Is(YamlTokenKind.FlowEntry);
        if (parts)
        {
            Take();
        }

        if (Is(YamlTokenKind.FlowSequenceEnd))
        {
            Take();
            _nodes.End(Position);
            return;
        }

        if (!parts && !_nodes.IsFirst)
        {
            throw _scanner.Broken("a comma or a bracket is missing", _token.Start);
        }

        if (Is(YamlTokenKind.Key))
        {
            // One pair in a list is a map of its own.
            _nodes.Start(isMap: true, _document.Offset(Take().Start), "", "");
            _states.Push(State.FlowPairValue);
            if (_token.Kind is YamlTokenKind.Value or YamlTokenKind.FlowEntry or YamlTokenKind.FlowSequenceEnd)
            {
                Empty();
            }
            else
            {
                Node(isBlock: false);
            }

            return;
        }

        _states.Push(State.FlowSequence);
        Node(isBlock: false);
    }

    private void FlowMapping()
    {
        bool parts = Is(YamlTokenKind.FlowEntry);
        if (parts)
        {
            Take();
        }

        if (Is(YamlTokenKind.FlowMappingEnd))
        {
            Take();
            _nodes.End(Position);
            return;
        }

        if (!parts && !_nodes.IsFirst)
        {
            throw _scanner.Broken("a comma or a bracket is missing", _token.Start);
        }

        _states.Push(State.FlowMappingValue);
        if (Is(YamlTokenKind.Key))
        {
            Take();
            if (_token.Kind is YamlTokenKind.Value or YamlTokenKind.FlowEntry or YamlTokenKind.FlowMappingEnd)
            {
                Empty();
                return;
            }
        }
        else if (Is(YamlTokenKind.Value))
        {
            Empty();
            return;
        }

        Node(isBlock: false);
    }

    private void Empty() => _nodes.Scalar("", "", new ScalarValue(EntryKind.Null, "", Position));

    private void Node(bool isBlock, bool mayBeIndentless = false)
    {
        long at = Position;
        if (Is(YamlTokenKind.Alias))
        {
            if (!_nodes.Alias(Take().Text, at))
            {
                throw _scanner.Broken("an alias stands for nothing", _token.Start);
            }

            return;
        }

        (string anchor, string tag) = ("", "");
        while (_token.Kind is YamlTokenKind.Anchor or YamlTokenKind.Tag)
        {
            YamlToken property = Take();
            if (property.Kind is YamlTokenKind.Anchor)
            {
                anchor = property.Text;
            }
            else
            {
                tag = _tags.Full(property.Text);
            }
        }

        switch (_token.Kind)
        {
            case YamlTokenKind.Scalar:
                YamlToken scalar = Take();
                EntryKind kind = scalar.IsPlain && tag.Length == 0 ? YamlTags.KindOf(scalar.Text) : EntryKind.Text;
                _nodes.Scalar(anchor, tag, new ScalarValue(kind, scalar.Text, at, scalar.Text.Length >= YamlScanner.LongestText, tag));
                break;
            case YamlTokenKind.FlowSequenceStart:
                Begin(State.FlowSequence, isMap: false);
                break;
            case YamlTokenKind.FlowMappingStart:
                Begin(State.FlowMappingKey, isMap: true);
                break;
            case YamlTokenKind.BlockSequenceStart when isBlock:
                Begin(State.BlockSequence, isMap: false);
                break;
            case YamlTokenKind.BlockMappingStart when isBlock:
                Begin(State.BlockMappingKey, isMap: true);
                break;
            case YamlTokenKind.BlockEntry when mayBeIndentless:
                _nodes.Start(isMap: false, at, tag, anchor);
                _states.Push(State.IndentlessSequence);
                break;
            default:
                if (anchor.Length == 0 && tag.Length == 0)
                {
                    throw _scanner.Broken("a value is missing", _token.Start);
                }

                _nodes.Scalar(anchor, tag, new ScalarValue(EntryKind.Null, "", at, false, tag));
                break;
        }

        void Begin(State state, bool isMap)
        {
            Take();
            _nodes.Start(isMap, at, tag, anchor);
            _states.Push(state);
        }
    }
}
