using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Permits;

/// <summary>Reads permit claims member by member.</summary>
internal static class PermitReader
{
    public static PermitClaims? Read(JsonValue claims, out JsonError error)
    {
        var fields = new JsonFields(claims);
        var hasVersion = fields.Has("v");
        _ = hasVersion ? fields.Integer("v", 1, 1) : 1;
        var use = fields.OneOf("use", "instance", "plane");
        var ep = fields.Has("ep") ? Nested(fields, "ep", f => new PointBoot(f.Text("id", 64), f.Random128("boot"))) : null;
        var action = ReadAction(fields);
        var lease = fields.Has("lease") ? Nested(fields, "lease", LeaseTerms.Read) : null;
        if (fields.Error is null && (use == "instance") != (ep is not null))
        {
            fields.Refuse("ep", "a point exactly for the use by an instance");
        }

        if (fields.Error is null && (action.Mode == "lease") != (lease is not null))
        {
            fields.Refuse("lease", "a lease exactly for the mode lease");
        }

        var permit = new PermitClaims
        {
            WritesVersion = hasVersion,
            Iss = fields.Text("iss", 512),
            Aud = fields.Text("aud"),
            IssuedAt = fields.Integer("iat"),
            NotBefore = fields.Integer("nbf"),
            Expires = fields.Integer("exp"),
            Jti = fields.Text("jti", 64),
            Sub = fields.Text("sub", 512),
            ClientId = fields.Text("client_id", 512),
            Actors = fields.Has("act") ? ReadActors(fields) : [],
            Cnf = ReadConfirmation(fields),
            Use = use,
            Ep = ep,
            Action = action,
            Txn = fields.Text("txn", 64),
            Exe = fields.Text("exe", 64),
            ParentExe = fields.Has("pex") ? fields.Text("pex", 64) : null,
            RequestingWorkload = fields.Text("req_wl", 512),
            Delegation = fields.Has("dlg") ? Nested(fields, "dlg", f => new DelegationReference(UrlDigest(f, "h"), f.Integer("d", 1, 5))) : null,
            Snapshot = Nested(fields, "pol", f => UrlDigest(f, "h")),
            Lease = lease,
            Obligations = fields.Has("obl") ? fields.Strings("obl", 64, 64) : [],
            WritesObligations = fields.Has("obl"),
            Led = Nested(fields, "led", f => new LedgerReference(f.Text("o", 255), f.Integer("i"), UrlDigest(f, "h"))),
        };
        var complete = fields.Complete();
        error = fields.Error ?? default;
        return complete ? permit : null;
    }

    private static PermittedAction ReadAction(JsonFields fields)
    {
        var details = fields.Array("authorization_details", 1);
        if (fields.Error is null && details.Length == 0)
        {
            fields.Refuse("authorization_details", "one authorization detail");
        }

        var detail = new JsonFields(details.Length == 1 ? details[0] : JsonValue.EmptyObject, "/authorization_details/0");
        _ = (detail.OneOf("type", PermittedAction.Type), detail.OneOf("act_alg", PermittedAction.Algorithm));
        var read = new PermittedAction(One(detail, "actions"), One(detail, "locations"), detail.Text("identifier"), UrlDigest(detail, "act_hash"),
            detail.Has("tool_hash") ? UrlDigest(detail, "tool_hash") : null, detail.OneOf("mode", "once", "lease"));
        FieldsOf.Finish(fields, "authorization_details", detail);
        return read;
    }

    private static string One(JsonFields fields, string name)
    {
        var items = fields.Strings(name, 1, 2048);
        if (items is [{ Length: > 0 } one])
        {
            return one;
        }

        fields.Refuse(name, "an array of one string");
        return "";
    }

    private static Confirmation ReadConfirmation(JsonFields fields) => Nested(fields, "cnf", f =>
    {
        var method = f.Has(Confirmation.Key) ? Confirmation.Key : Confirmation.Certificate;
        return new Confirmation(method, UrlDigest(f, method));
    });

    private static ImmutableArray<string> ReadActors(JsonFields fields)
    {
        var actors = ImmutableArray.CreateBuilder<string>();
        var (at, name) = (fields, "act");
        var opened = new Stack<(JsonFields Parent, JsonFields Nested)>();
        while (at.Has(name))
        {
            var nested = at.Fields(name);
            opened.Push((at, nested));
            actors.Add(nested.Text("sub", 512));
            at = nested;
        }

        if (actors.Count > PermitClaims.ActorsMax)
        {
            fields.Refuse(name, $"at most {PermitClaims.ActorsMax} actors");
        }

        while (opened.TryPop(out var pair))
        {
            FieldsOf.Finish(pair.Parent, name, pair.Nested);
        }

        return actors.ToImmutable();
    }

    private static Digest UrlDigest(JsonFields fields, string name)
    {
        if (!Digest.TryParseBase64Url(fields.String(name, 43), out var digest) && fields.Error is null)
        {
            fields.Refuse(name, "a SHA-256 in base64url");
        }

        return digest;
    }

    private static T Nested<T>(JsonFields fields, string name, Func<JsonFields, T> read)
    {
        var nested = fields.Fields(name);
        var value = read(nested);
        FieldsOf.Finish(fields, name, nested);
        return value;
    }
}
