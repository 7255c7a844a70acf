using System.Buffers.Binary;

namespace Obstat.Storage.Indexing;

/// <summary>The columns of one decision as a chunk holds them: 36 bytes, little-endian. Values are ids of words.</summary>
internal readonly record struct ChunkRow(long Index, long Time, int Reason, int Action, int Principal, int Tool, int Point)
{
    /// <summary>Bytes of a row.</summary>
    internal const int Length = 36;

    /// <summary>Rows of a chunk.</summary>
    internal const int Rows = 1_024;

    /// <summary>Where the column of a facet begins; a verdict has none, it follows from the reason.</summary>
    internal static int ColumnOf(DecisionFacet facet) => facet switch
    {
        DecisionFacet.Reason => 16,
        DecisionFacet.Action => 20,
        DecisionFacet.Principal => 24,
        DecisionFacet.Tool => 28,
        DecisionFacet.Point => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(facet), facet, null),
    };

    internal static ChunkRow Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt64LittleEndian(bytes),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]));

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Index);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Time);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], Reason);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], Action);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[24..], Principal);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[28..], Tool);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[32..], Point);
    }
}
