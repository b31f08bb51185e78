// What the entries of archives cost, beside the bytes that say it.
using Assay.Bytes;

namespace Assay.Containers;

/// <summary>
/// Pays for entries of archives: a record of a directory of a few bytes becomes headers, names and the tables that compare them. The memory is held
/// until whoever handed in <paramref name="held"/> ends it.
/// </summary>
internal sealed class EntryCosts(ScanBudget budget, HeldMemory held)
{
    // Measured on directories of a million records, and rounded up.
    private const long EntryWork = 2_500;
    private const long LetterWork = 8;
    private const long EntryBytes = 768;
    private const long LetterBytes = 10;

    /// <summary>An entry is about to be read.</summary>
    public void Read(int nameLength, long offset) => budget.SpendWork(EntryWork + (LetterWork * nameLength), offset);

    /// <summary>An entry is about to be kept.</summary>
    public void Keep(int nameLength) => held.Add(EntryBytes + (LetterBytes * nameLength));
}
