// Goes through all tables of a FlatBuffer by its schema: everything in it is checked once and accounted for.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.FlatBuffers;

/// <summary>
/// Goes through a FlatBuffer by its schema, without recursion; a table that several offsets lead to is entered once. What it goes through is accounted for; what newer fields lead to
/// is not, and stays uncovered.
/// </summary>
internal sealed class FlatWalk(FlatBuffer buffer, FlatSchema schema, ScanBudget budget)
{
    /// <summary>Builders leave less than this between two things, to align them.</summary>
    private const long MostPadding = 64;
    private const int PlaceSize = 48;

    private readonly Stack<(string Type, long At)> _open = [];
    private readonly HashSet<long> _seen = [];
    private readonly List<(long Start, long End)> _marks = [];

    /// <summary>Called with each table and its kind, in no order that means anything.</summary>
    public Action<string, FlatTable>? OnTable { get; init; }

    /// <summary>How many fields are newer than the schema.</summary>
    public long NewFields { get; private set; }

    /// <summary>How many unions hold tables that are newer than the schema.</summary>
    public long NewMembers { get; private set; }

    /// <summary>Where the last thing that was gone through ends.</summary>
    public long End { get; private set; }

    /// <summary>Goes through everything below the root.</summary>
    public void Run(string type, long root)
    {
        Push(type, root);
        while (_open.TryPop(out (string Type, long At) next))
        {
            FlatTable table = buffer.Table(next.At);
            Mark(table.At, table.Size);
            if (_seen.Add(-1 - table.Vtable))
            {
                Mark(table.Vtable, 4 + (2L * table.Fields));
            }

            OnTable?.Invoke(next.Type, table);
            FlatField[] fields = schema.Fields(next.Type);
            for (int i = 0; i < fields.Length; i++)
            {
                if (table.Field(i, fields[i].InTable) is > 0 and long at)
                {
                    Enter(table, i, fields[i], at);
                }
            }

            for (int i = fields.Length; i < table.Fields; i++)
            {
                NewFields += table.Field(i) > 0 ? 1 : 0;
            }
        }
    }

    /// <summary>Accounts for what was gone through, and for the padding in between.</summary>
    public void Cover(ReadContext context)
    {
        _marks.Sort();
        long start = 0;
        long end = 8;
        foreach ((long from, long to) in _marks)
        {
            if (from > end + MostPadding)
            {
                context.Cover(new ByteRange(buffer.Absolute(start), end - start), CoverageKind.Parsed);
                start = from;
            }

            end = Math.Max(end, to);
        }

        context.Cover(new ByteRange(buffer.Absolute(start), end - start), CoverageKind.Parsed);
        budget.Release((long)_marks.Count * PlaceSize);
    }

    private void Enter(FlatTable table, int number, FlatField field, long at)
    {
        switch (field.Kind)
        {
            case FlatKind.Text:
                Text(buffer.Follow(at));
                break;
            case FlatKind.Table:
                Push(field.Of, buffer.Follow(at));
                break;
            case FlatKind.Union:
                byte member = table.U8(number - 1);
                if (schema.Member(field.Of, member) is ['{', .. var size, '}'])
                {
                    Mark(buffer.Follow(at), int.Parse(size, System.Globalization.CultureInfo.InvariantCulture));
                }
                else if (schema.Member(field.Of, member) is { } type)
                {
                    Push(type, buffer.Follow(at));
                }
                else if (member != 0)
                {
                    NewMembers++;
                }

                break;
            case FlatKind.Numbers:
                FlatVector numbers = buffer.Vector(buffer.Follow(at), field.Size);
                Mark(numbers.Start - 4, 4 + ((long)numbers.Count * field.Size));
                break;
            case FlatKind.Texts or FlatKind.Tables:
                FlatVector vector = buffer.Vector(buffer.Follow(at), 4);
                Mark(vector.Start - 4, 4 + (4L * vector.Count));
                if (!_seen.Add(vector.Start))
                {
                    // The elements are known already.
                    break;
                }

                for (uint i = 0; i < vector.Count; i++)
                {
                    budget.SpendWork(4, buffer.Absolute(at));
                    long element = buffer.Follow(vector.At(i));
                    if (field.Kind == FlatKind.Texts)
                    {
                        Text(element);
                    }
                    else
                    {
                        Push(field.Of, element);
                    }
                }

                break;
        }
    }

    private void Text(long at)
    {
        FlatVector text = buffer.Vector(at, 1);
        Mark(at, 5L + text.Count);
    }

    private void Push(string type, long at)
    {
        if (_seen.Add(at))
        {
            budget.Hold(PlaceSize, buffer.Absolute(at));
            _open.Push((type, at));
        }
    }

    private void Mark(long start, long length)
    {
        long end = Math.Min(buffer.Length, start + length);
        End = Math.Max(End, end);
        if (_marks.Count > 0 && start <= _marks[^1].End && start >= _marks[^1].Start)
        {
            _marks[^1] = (_marks[^1].Start, Math.Max(_marks[^1].End, end));
            return;
        }

        budget.Hold(PlaceSize, buffer.Absolute(start));
        _marks.Add((start, end));
    }
}
