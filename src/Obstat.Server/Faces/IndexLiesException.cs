using System.Globalization;

namespace Obstat.Server.Faces;

/// <summary>The derived index says of an entry what the entry does not: the question is not answered, and the index is made again.</summary>
internal sealed class IndexLiesException(long entry) : Exception($"{Storage.Indexing.DecisionIndex.FileName}: entry {entry.ToString(CultureInfo.InvariantCulture)} is not what the index says; it is made again");
