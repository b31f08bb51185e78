// The two kinds of B-trees of HDF5.
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>The leaf entries of trees, in the order of the file; trees are walked without recursion, and no node is read twice.</summary>
internal static class Hdf5Trees
{
    private const int MaxDepth = 64;

    /// <summary>
    /// The children of the lowest level of a version 1 tree, each with the key in front of it: symbol nodes of a group (keys are lengths), chunks of a dataset.
    /// </summary>
    public static IEnumerable<(byte[] Key, long Child, long At)> Old(Hdf5File file, long root, bool isChunks, int keySize)
    {
        int k = isChunks ? file.ChunkK : file.GroupK;
        int header = 8 + (2 * file.OffsetSize);
        long whole = header + (2L * k * (keySize + file.OffsetSize)) + keySize;
        Stack<(long Address, int Depth)> open = new([(root, 0)]);
        HashSet<long> seen = [];
        while (open.TryPop(out (long Address, int Depth) node))
        {
            if (!seen.Add(node.Address) || node.Depth > MaxDepth)
                throw new MalformedException(file.At(node.Address), "A tree leads back to itself.");

            (int level, List<(byte[], long, long)> children) = OldNode(file, node.Address, isChunks, keySize, header);
            file.Parsed(node.Address, whole);
            for (int i = children.Count - 1; level > 0 && i >= 0; i--)
                open.Push((children[i].Item2, node.Depth + 1));

            foreach ((byte[] key, long child, long at) in level == 0 ? children : [])
                yield return (key, child, at);
        }
    }

    private static (int Level, List<(byte[] Key, long Child, long At)> Children) OldNode(Hdf5File file, long address, bool isChunks, int keySize, int header)
    {
        Hdf5Cursor prefix = file.Open(address, header, "A node of a tree");
        prefix.Signature("TREE"u8, "node of a tree");
        long at = prefix.Offset;
        if (prefix.U8() != (isChunks ? 1 : 0))
            throw new MalformedException(at, "A node of a tree is of another kind.");

        int level = prefix.U8();
        int count = prefix.U16();
        Hdf5Cursor all = file.Open(address + header, ((long)count * (keySize + file.OffsetSize)) + keySize, "A node of a tree");
        List<(byte[], long, long)> children = new(Clamp.Count(count, keySize + file.OffsetSize, all.Left));
        for (int i = 0; i < count; i++)
        {
            at = all.Offset;
            byte[] key = all.Bytes(keySize).ToArray();
            children.Add((key, all.Address(), at));
        }

        return (level, children);
    }

    /// <summary>The records of a version 2 tree, with its type.</summary>
    public static IEnumerable<(int Type, byte[] Record, long At)> New(Hdf5File file, long address)
    {
        (int type, long nodeSize, int recordSize, int depth, long root, int count) = Header(file, address);
        if (root < 0 || recordSize == 0 || depth > MaxDepth)
            yield break;

        // How wide the counts in the pointers to children are follows from how many records fit into nodes.
        int countSize = Hdf5File.BytesFor((nodeSize - 10) / recordSize);
        int[] totals = Totals(file, nodeSize, recordSize, depth, countSize);
        Stack<(long Address, int Count, int Depth)> open = new([(root, count, depth)]);
        HashSet<long> seen = [];
        while (open.TryPop(out (long Address, int Count, int Depth) node))
        {
            if (!seen.Add(node.Address))
                throw new MalformedException(file.At(node.Address), "A tree leads back to itself.");

            (List<(byte[] Record, long At)> records, List<(long Address, int Count)> children) = Node(file, node, nodeSize, recordSize, countSize, node.Depth > 1 ? totals[node.Depth - 1] : 0);
            foreach ((long child, int inChild) in children)
                open.Push((child, inChild, node.Depth - 1));

            foreach ((byte[] record, long at) in records)
                yield return (type, record, at);
        }
    }

    private static (int Type, long NodeSize, int RecordSize, int Depth, long Root, int Count) Header(Hdf5File file, long address)
    {
        Hdf5Cursor all = file.Open(address, 22 + file.OffsetSize + file.LengthSize, "The header of a tree");
        all.Signature("BTHD"u8, "header of a tree");
        all.Skip(1);
        int type = all.U8();
        long nodeSize = all.U32();
        int recordSize = all.U16();
        int depth = all.U16();
        all.Skip(2);
        return (type, nodeSize, recordSize, depth, all.Address(), all.U16());
    }

    private static int[] Totals(Hdf5File file, long nodeSize, int recordSize, int depth, int countSize)
    {
        int[] sizes = new int[depth + 1];
        UInt128 all = (UInt128)Math.Max(0, (nodeSize - 10) / recordSize);
        for (int level = 1; level <= depth; level++)
        {
            int pointer = file.OffsetSize + countSize + sizes[level - 1];
            UInt128 most = (UInt128)Math.Max(0, (nodeSize - (10 + pointer)) / (recordSize + pointer));
            all = UInt128.Min(((most + 1) * all) + most, long.MaxValue);
            sizes[level] = Hdf5File.BytesFor((long)all);
        }

        return sizes;
    }

    private static (List<(byte[] Record, long At)> Records, List<(long Address, int Count)> Children) Node(
        Hdf5File file, (long Address, int Count, int Depth) node, long nodeSize, int recordSize, int countSize, int totalSize)
    {
        bool isLeaf = node.Depth == 0;
        long size = 6 + ((long)node.Count * recordSize) + (isLeaf ? 0 : (node.Count + 1L) * (file.OffsetSize + countSize + totalSize)) + 4;
        Hdf5Cursor all = file.Open(node.Address, size, "A node of a tree");
        all.Signature(isLeaf ? "BTLF"u8 : "BTIN"u8, "node of a tree");
        all.Skip(2);
        file.Parsed(node.Address, nodeSize);
        List<(byte[], long)> records = [];
        for (int i = 0; i < node.Count; i++)
        {
            long at = all.Offset;
            records.Add((all.Bytes(recordSize).ToArray(), at));
        }

        List<(long, int)> children = [];
        for (int i = 0; !isLeaf && i <= node.Count; i++)
        {
            long child = all.Address();
            int count = (int)Math.Min(int.MaxValue, all.Number(countSize));
            all.Skip(totalSize);
            children.Add((child, count));
        }

        return (records, children);
    }
}
