using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Dsse;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>
/// The keys that a log itself announces, followed entry by entry in order. Trust in the head key is the only start: the genesis names the first statement key and the root,
/// the root signs key sets, the plane announces report keys.
/// </summary>
public sealed class KeyWindows
{
    private readonly Dictionary<string, List<KeyWindow>> _windows = new(StringComparer.Ordinal);

    /// <summary>All windows, in no order.</summary>
    public IEnumerable<KeyWindow> All => _windows.Values.SelectMany(w => w);

    /// <summary>Takes the keys that an entry announces or ends.</summary>
    /// <param name="index">Index of the entry.</param>
    /// <param name="statement">What it says; its own signature is checked by <see cref="Judge(P256PublicKey, Statement, long)"/> afterwards, since it may announce its own key.</param>
    /// <param name="error">Why its keys are not taken.</param>
    /// <param name="rootIsKnown">Whether the root that must have signed a key set was announced in an entry seen before; where it was not, the keys of the set are taken unproven.</param>
    public bool TryTake(long index, Statement statement, [NotNullWhen(false)] out string? error, out bool rootIsKnown)
    {
        error = null;
        rootIsKnown = true;
        switch (statement)
        {
            case GenesisStatement genesis:
                error = index == 0 ? null : $"entry {index}: a genesis that is not the first entry";
                Announce(error is null ? genesis.StatementKeys : [], index);
                break;
            case EnforcementPointStatement point when point.TryKey(out var key):
                Add(new(key, KeyRoles.Report, index, point.Ep.Id, point.Ep.Boot));
                break;
            case KeySetStatement set:
                var root = Find(set.Root, KeyRoles.Root, index);
                rootIsKnown = root is not null;
                error = root is null || set.IsProvenBy(root.Key) ? null : $"entry {index}: the root key did not sign this key set";
                Announce(error is null ? set.Keys : [], index);
                break;
            case KeyRotationStatement rotation:
                error = Rotate(index, rotation);
                break;
            default:
                break;
        }

        return error is null;
    }

    /// <summary>Whether a key may sign this statement at this index.</summary>
    public KeyVerdict Judge(P256PublicKey key, Statement statement, long index)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(statement);
        var role = statement.Signer switch { SignerRole.Plane => KeyRoles.Statement, SignerRole.Report => KeyRoles.Report, _ => "" };
        return Judge(key.Kid, role, index, (statement as ReportStatement)?.Ep);
    }

    /// <summary>Whether the key of this thumbprint has this role at this index.</summary>
    public KeyVerdict Judge(string kid, string role, long index, PointSequence? ep = null)
    {
        if (!_windows.TryGetValue(kid, out var known))
        {
            return new(null, null, $"the entry that announces key {kid} is not in this file");
        }

        var fit = known.Find(w => w.Role == role);
        var error = fit is null ? $"key {kid} has the role {known[0].Role}, expected {role}"
            : index < fit.From ? $"key {kid} is announced by entry {fit.From}, later than entry {index}"
            : index > fit.Until ? $"key {kid} ended with entry {fit.Until}"
            : ep is not null && (fit.Boot != ep.Boot || fit.PointId != ep.Id) ? $"key {kid} belongs to another boot of an enforcement point"
            : null;
        return error is null ? new(fit, null, null) : new(null, error, null);
    }

    private KeyWindow? Find(string kid, string role, long index)
        => _windows.TryGetValue(kid, out var known) ? known.Find(w => w.Role == role && w.From <= index && !(index > w.Until)) : null;

    private string? Rotate(long index, KeyRotationStatement rotation)
    {
        if (rotation.New is { Kid: { } kid, PublicKey: { } text })
        {
            if (!P256PublicKey.TryFromBase64(text, out var key) || key.Kid != kid)
            {
                return $"entry {index}: expected the new key {kid}";
            }

            if (!rotation.IsProvenBy(key))
            {
                return $"entry {index}: the new key {kid} did not sign its rotation";
            }

            Add(new(key, rotation.Role, index, null, null));
        }

        if (rotation is { Role: KeyRoles.Checkpoint, New.Vkey: { } vkey } && (!VerifierKey.TryParse(vkey, out var head) || !rotation.IsProvenBy(head)))
        {
            return $"entry {index}: the new head key {vkey} did not sign its rotation";
        }

        if (rotation.Old?.Kid is { } old && _windows.TryGetValue(old, out var windows))
        {
            _windows[old] = [.. windows.Select(w => w.Until is null ? w with { Until = index } : w)];
        }

        return null;
    }

    private void Announce(IEnumerable<StatementKey> keys, long index)
    {
        foreach (var announced in keys)
        {
            if (announced.TryKey(out var key))
            {
                Add(new(key, announced.Role, index, null, null));
            }
        }
    }

    private void Add(KeyWindow window)
    {
        if (!_windows.TryGetValue(window.Key.Kid, out var known))
        {
            _windows.Add(window.Key.Kid, known = []);
        }

        known.Add(window);
    }
}
