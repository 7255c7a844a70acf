using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>A <c>key-set</c> entry. Whether its statement key may sign is a question of the index; whether its other keys may still verify, one of <see cref="KeySetStatement.Until"/>.</summary>
/// <param name="Index">Where the entry stands.</param>
/// <param name="Set">The keys.</param>
public sealed record AnnouncedKeys(EntryIndex Index, KeySetStatement Set);
