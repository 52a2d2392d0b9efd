-- What Trackio 0.43.0 has written (`.dump` of its database mine.db) for this script:
--
--   import trackio
--
--   for optimizer in ("adam", "sgd"):
--       for seed in range(3):
--           config = {"optimizer": optimizer, "seed": seed, "lr": 0.1, "net": {"width": 3}, "step": 7}
--           trackio.init(project="mine", name=f"{optimizer}-{seed}", config=config, auto_log_gpu=False)
--           for step in range(2 if (optimizer, seed) == ("sgd", 1) else 3):
--               trackio.log({"loss": 1 / (step + 1) + seed / 100, "lr": 0.1 / (step + 1), "phase": "warm"})
--               if step == 2:
--                   acc = float("nan") if (optimizer, seed) == ("sgd", 2) else 0.9 + seed / 100 + len(optimizer) / 1000
--                   trackio.log({"val": {"acc": acc}, "note": [1, 2]}, step=step)
--           trackio.finish()

PRAGMA journal_mode=WAL;
PRAGMA user_version=2;
BEGIN TRANSACTION;
CREATE TABLE alerts (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        run_id TEXT NOT NULL,
                        timestamp TEXT NOT NULL,
                        run_name TEXT NOT NULL,
                        title TEXT NOT NULL,
                        text TEXT,
                        level TEXT NOT NULL DEFAULT 'warn',
                        step INTEGER,
                        alert_id TEXT
                    );
CREATE TABLE artifact_aliases (
                        artifact_id INTEGER NOT NULL REFERENCES artifacts(id),
                        alias TEXT NOT NULL,
                        artifact_version_id INTEGER NOT NULL REFERENCES artifact_versions(id),
                        PRIMARY KEY (artifact_id, alias)
                    );
CREATE TABLE artifact_versions (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        artifact_id INTEGER NOT NULL REFERENCES artifacts(id),
                        version INTEGER NOT NULL,
                        manifest_digest TEXT NOT NULL,
                        manifest TEXT NOT NULL,
                        metadata TEXT,
                        size_bytes INTEGER NOT NULL,
                        producer_run_id TEXT,
                        producer_run_name TEXT,
                        created_at TEXT NOT NULL,
                        UNIQUE(artifact_id, version),
                        UNIQUE(artifact_id, manifest_digest)
                    );
CREATE TABLE artifacts (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        name TEXT NOT NULL UNIQUE,
                        type TEXT NOT NULL,
                        description TEXT,
                        created_at TEXT NOT NULL
                    );
CREATE TABLE configs (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        run_id TEXT NOT NULL,
                        run_name TEXT NOT NULL,
                        config TEXT NOT NULL,
                        created_at TEXT NOT NULL,
                        UNIQUE(run_id)
                    );
INSERT INTO "configs" VALUES(1,'c38eb9f38dce47d5abc7b29c54ae3970','adam-0',X'7B226F7074696D697A6572223A226164616D222C2273656564223A302C226C72223A302E312C226E6574223A7B227769647468223A337D2C2273746570223A372C225F557365726E616D65223A6E756C6C2C225F43726561746564223A22323032362D31312D32375430303A34353A35302E3834323831372B30303A3030222C225F47726F7570223A6E756C6C7D','2026-11-27T00:45:50.876763+00:00');
INSERT INTO "configs" VALUES(2,'ba8e5f6b0a944ad08356d8a80f73beee','adam-1',X'7B226F7074696D697A6572223A226164616D222C2273656564223A312C226C72223A302E312C226E6574223A7B227769647468223A337D2C2273746570223A372C225F557365726E616D65223A6E756C6C2C225F43726561746564223A22323032362D31312D32375430303A34353A35302E3839343330322B30303A3030222C225F47726F7570223A6E756C6C7D','2026-11-27T00:45:50.908797+00:00');
INSERT INTO "configs" VALUES(3,'f62a1d4c6799470f884a0786c3aee0ea','adam-2',X'7B226F7074696D697A6572223A226164616D222C2273656564223A322C226C72223A302E312C226E6574223A7B227769647468223A337D2C2273746570223A372C225F557365726E616D65223A6E756C6C2C225F43726561746564223A22323032362D31312D32375430303A34353A35302E3932343133362B30303A3030222C225F47726F7570223A6E756C6C7D','2026-11-27T00:45:50.937246+00:00');
INSERT INTO "configs" VALUES(4,'49c28c06195441109663022ed489fbbf','sgd-0',X'7B226F7074696D697A6572223A22736764222C2273656564223A302C226C72223A302E312C226E6574223A7B227769647468223A337D2C2273746570223A372C225F557365726E616D65223A6E756C6C2C225F43726561746564223A22323032362D31312D32375430303A34353A35302E3935333738312B30303A3030222C225F47726F7570223A6E756C6C7D','2026-11-27T00:45:50.967884+00:00');
INSERT INTO "configs" VALUES(5,'7e5c0fdc661f438fa055813b89e231f7','sgd-1',X'7B226F7074696D697A6572223A22736764222C2273656564223A312C226C72223A302E312C226E6574223A7B227769647468223A337D2C2273746570223A372C225F557365726E616D65223A6E756C6C2C225F43726561746564223A22323032362D31312D32375430303A34353A35302E3937363438352B30303A3030222C225F47726F7570223A6E756C6C7D','2026-11-27T00:45:50.992004+00:00');
INSERT INTO "configs" VALUES(6,'336fe8c432d54124817509e46f20d7dd','sgd-2',X'7B226F7074696D697A6572223A22736764222C2273656564223A322C226C72223A302E312C226E6574223A7B227769647468223A337D2C2273746570223A372C225F557365726E616D65223A6E756C6C2C225F43726561746564223A22323032362D31312D32375430303A34353A35312E3031303234302B30303A3030222C225F47726F7570223A6E756C6C7D','2026-11-27T00:45:51.032005+00:00');
CREATE TABLE external_run_artifact_links (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        run_id TEXT,
                        run_name TEXT,
                        source_project TEXT NOT NULL,
                        source_version_id INTEGER NOT NULL,
                        source_artifact TEXT NOT NULL,
                        source_type TEXT NOT NULL,
                        source_version INTEGER NOT NULL,
                        source_size_bytes INTEGER NOT NULL,
                        direction TEXT NOT NULL CHECK(direction IN ('input', 'output')),
                        created_at TEXT NOT NULL
                    );
CREATE TABLE metrics (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        run_id TEXT NOT NULL,
                        timestamp TEXT NOT NULL,
                        run_name TEXT NOT NULL,
                        step INTEGER NOT NULL,
                        metrics TEXT NOT NULL
                    , log_id TEXT, space_id TEXT);
INSERT INTO "metrics" VALUES(1,'c38eb9f38dce47d5abc7b29c54ae3970','2026-11-27T00:45:50.847955+00:00','adam-0',0,X'7B226C6F7373223A312E302C226C72223A302E312C227068617365223A227761726D227D','590903559e1a459199f80bd06673668e',NULL);
INSERT INTO "metrics" VALUES(2,'c38eb9f38dce47d5abc7b29c54ae3970','2026-11-27T00:45:50.847955+00:00','adam-0',1,X'7B226C6F7373223A302E352C226C72223A302E30352C227068617365223A227761726D227D','9044a672a5aa4706ac792c0717ecbb22',NULL);
INSERT INTO "metrics" VALUES(3,'c38eb9f38dce47d5abc7b29c54ae3970','2026-11-27T00:45:50.847955+00:00','adam-0',2,X'7B226C6F7373223A302E333333333333333333333333333333332C226C72223A302E30333333333333333333333333333333332C227068617365223A227761726D227D','3ba5c90375954dbf96ff7f44d7cec088',NULL);
INSERT INTO "metrics" VALUES(4,'c38eb9f38dce47d5abc7b29c54ae3970','2026-11-27T00:45:50.847955+00:00','adam-0',2,X'7B2276616C223A7B22616363223A302E3930347D2C226E6F7465223A5B312C325D7D','d4d0c5c5664b4cf38ca3676b7a6e24a8',NULL);
INSERT INTO "metrics" VALUES(5,'ba8e5f6b0a944ad08356d8a80f73beee','2026-11-27T00:45:50.903380+00:00','adam-1',0,X'7B226C6F7373223A312E30312C226C72223A302E312C227068617365223A227761726D227D','3145737777334576b4e36282ca671f8c',NULL);
INSERT INTO "metrics" VALUES(6,'ba8e5f6b0a944ad08356d8a80f73beee','2026-11-27T00:45:50.903380+00:00','adam-1',1,X'7B226C6F7373223A302E35312C226C72223A302E30352C227068617365223A227761726D227D','80420e65d0364e2aa47f8845125d1cdd',NULL);
INSERT INTO "metrics" VALUES(7,'ba8e5f6b0a944ad08356d8a80f73beee','2026-11-27T00:45:50.903380+00:00','adam-1',2,X'7B226C6F7373223A302E333433333333333333333333333333332C226C72223A302E30333333333333333333333333333333332C227068617365223A227761726D227D','ceac330036b146d3a80390aa992f3b49',NULL);
INSERT INTO "metrics" VALUES(8,'ba8e5f6b0a944ad08356d8a80f73beee','2026-11-27T00:45:50.903380+00:00','adam-1',2,X'7B2276616C223A7B22616363223A302E3931347D2C226E6F7465223A5B312C325D7D','20d3f9aabbb045fd8eefee705d1cda98',NULL);
INSERT INTO "metrics" VALUES(9,'f62a1d4c6799470f884a0786c3aee0ea','2026-11-27T00:45:50.931329+00:00','adam-2',0,X'7B226C6F7373223A312E30322C226C72223A302E312C227068617365223A227761726D227D','c371c3de5c0441769c10ac8b915bd2f3',NULL);
INSERT INTO "metrics" VALUES(10,'f62a1d4c6799470f884a0786c3aee0ea','2026-11-27T00:45:50.931329+00:00','adam-2',1,X'7B226C6F7373223A302E35322C226C72223A302E30352C227068617365223A227761726D227D','ae665164222b42a6b1fbc04bb1adb5d7',NULL);
INSERT INTO "metrics" VALUES(11,'f62a1d4c6799470f884a0786c3aee0ea','2026-11-27T00:45:50.931329+00:00','adam-2',2,X'7B226C6F7373223A302E33353333333333333333333333333333332C226C72223A302E30333333333333333333333333333333332C227068617365223A227761726D227D','666786ae20e4473ba463927a07c4526c',NULL);
INSERT INTO "metrics" VALUES(12,'f62a1d4c6799470f884a0786c3aee0ea','2026-11-27T00:45:50.931329+00:00','adam-2',2,X'7B2276616C223A7B22616363223A302E3932347D2C226E6F7465223A5B312C325D7D','9e1ac605e24b43f8a0289f19364eb6a2',NULL);
INSERT INTO "metrics" VALUES(13,'49c28c06195441109663022ed489fbbf','2026-11-27T00:45:50.959972+00:00','sgd-0',0,X'7B226C6F7373223A312E302C226C72223A302E312C227068617365223A227761726D227D','5bc7d846df1d419f87faedec7220f362',NULL);
INSERT INTO "metrics" VALUES(14,'49c28c06195441109663022ed489fbbf','2026-11-27T00:45:50.959972+00:00','sgd-0',1,X'7B226C6F7373223A302E352C226C72223A302E30352C227068617365223A227761726D227D','ac029b6bdf494a30a351b81311bc7383',NULL);
INSERT INTO "metrics" VALUES(15,'49c28c06195441109663022ed489fbbf','2026-11-27T00:45:50.959972+00:00','sgd-0',2,X'7B226C6F7373223A302E333333333333333333333333333333332C226C72223A302E30333333333333333333333333333333332C227068617365223A227761726D227D','e4241953fc6b43bda09b904570711d54',NULL);
INSERT INTO "metrics" VALUES(16,'49c28c06195441109663022ed489fbbf','2026-11-27T00:45:50.959972+00:00','sgd-0',2,X'7B2276616C223A7B22616363223A302E3930337D2C226E6F7465223A5B312C325D7D','8554bbf3189148ed84f2fa73d115c77d',NULL);
INSERT INTO "metrics" VALUES(17,'7e5c0fdc661f438fa055813b89e231f7','2026-11-27T00:45:50.987554+00:00','sgd-1',0,X'7B226C6F7373223A312E30312C226C72223A302E312C227068617365223A227761726D227D','302e9ffcd11146ea9f20ebdfd1897e95',NULL);
INSERT INTO "metrics" VALUES(18,'7e5c0fdc661f438fa055813b89e231f7','2026-11-27T00:45:50.987554+00:00','sgd-1',1,X'7B226C6F7373223A302E35312C226C72223A302E30352C227068617365223A227761726D227D','7b2105eb5e3d4cc5819a89f2744ac889',NULL);
INSERT INTO "metrics" VALUES(19,'336fe8c432d54124817509e46f20d7dd','2026-11-27T00:45:51.020213+00:00','sgd-2',0,X'7B226C6F7373223A312E30322C226C72223A302E312C227068617365223A227761726D227D','4686c9f1c0094f40bfa5715c8c0dd156',NULL);
INSERT INTO "metrics" VALUES(20,'336fe8c432d54124817509e46f20d7dd','2026-11-27T00:45:51.020213+00:00','sgd-2',1,X'7B226C6F7373223A302E35322C226C72223A302E30352C227068617365223A227761726D227D','687a92b249314488b601bfff93eac96f',NULL);
INSERT INTO "metrics" VALUES(21,'336fe8c432d54124817509e46f20d7dd','2026-11-27T00:45:51.020213+00:00','sgd-2',2,X'7B226C6F7373223A302E33353333333333333333333333333333332C226C72223A302E30333333333333333333333333333333332C227068617365223A227761726D227D','295490cd352e43de97d32b87ebfd3fd2',NULL);
INSERT INTO "metrics" VALUES(22,'336fe8c432d54124817509e46f20d7dd','2026-11-27T00:45:51.020213+00:00','sgd-2',2,X'7B2276616C223A7B22616363223A224E614E227D2C226E6F7465223A5B312C325D7D','c43a5a9bd98540d0a2d4d812af4d5d5e',NULL);
CREATE TABLE pending_uploads (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        space_id TEXT NOT NULL,
                        run_id TEXT,
                        run_name TEXT,
                        step INTEGER,
                        file_path TEXT NOT NULL,
                        relative_path TEXT,
                        created_at TEXT NOT NULL
                    , kind TEXT NOT NULL DEFAULT 'media', digest TEXT);
CREATE TABLE project_metadata (
                        key TEXT PRIMARY KEY,
                        value TEXT NOT NULL
                    );
CREATE TABLE run_artifact_links (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        run_id TEXT,
                        run_name TEXT,
                        run_project TEXT,
                        artifact_version_id INTEGER NOT NULL REFERENCES artifact_versions(id),
                        direction TEXT NOT NULL CHECK(direction IN ('input', 'output')),
                        created_at TEXT NOT NULL
                    );
CREATE TABLE system_metrics (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        run_id TEXT NOT NULL,
                        timestamp TEXT NOT NULL,
                        run_name TEXT NOT NULL,
                        metrics TEXT NOT NULL
                    , log_id TEXT, space_id TEXT);
CREATE TABLE traces (
                        id TEXT PRIMARY KEY,
                        run_id TEXT NOT NULL,
                        timestamp TEXT NOT NULL,
                        run_name TEXT NOT NULL,
                        step INTEGER NOT NULL,
                        key TEXT NOT NULL,
                        trace_index INTEGER,
                        messages TEXT NOT NULL,
                        metadata TEXT NOT NULL,
                        search_text TEXT NOT NULL,
                        log_id TEXT,
                        space_id TEXT,
                        spans TEXT NOT NULL DEFAULT '[]'
                    );
CREATE INDEX idx_run_artifact_links_run
                    ON run_artifact_links(run_id, run_name)
                    ;
CREATE INDEX idx_run_artifact_links_name
                    ON run_artifact_links(run_name, run_id)
                    ;
CREATE INDEX idx_run_artifact_links_version
                    ON run_artifact_links(artifact_version_id)
                    ;
CREATE INDEX idx_run_artifact_links_project_run
                    ON run_artifact_links(run_project, run_id, run_name);
CREATE INDEX idx_external_artifact_links_run
                    ON external_run_artifact_links(run_id, run_name);
CREATE UNIQUE INDEX idx_external_artifact_links_unique
                    ON external_run_artifact_links(
                        COALESCE(run_id, ''), COALESCE(run_name, ''),
                        source_project, source_version_id, direction
                    );
CREATE INDEX idx_pending_uploads_kind
                    ON pending_uploads(kind)
                    ;
CREATE INDEX idx_metrics_run_step
                    ON metrics(run_id, step)
                    ;
CREATE INDEX idx_metrics_run_timestamp
                    ON metrics(run_id, timestamp)
                    ;
CREATE INDEX idx_configs_run_name
                    ON configs(run_name)
                    ;
CREATE INDEX idx_system_metrics_run_timestamp
                    ON system_metrics(run_id, timestamp)
                    ;
CREATE INDEX idx_traces_run_step
                    ON traces(run_id, step)
                    ;
CREATE INDEX idx_traces_run_timestamp
                    ON traces(run_id, timestamp)
                    ;
CREATE INDEX idx_traces_search
                    ON traces(search_text)
                    ;
CREATE INDEX idx_alerts_run
                    ON alerts(run_id)
                    ;
CREATE INDEX idx_alerts_timestamp
                    ON alerts(timestamp)
                    ;
CREATE UNIQUE INDEX idx_alerts_alert_id
                    ON alerts(alert_id) WHERE alert_id IS NOT NULL
                    ;
CREATE UNIQUE INDEX idx_metrics_log_id
                        ON metrics(log_id) WHERE log_id IS NOT NULL;
CREATE INDEX idx_metrics_pending
                        ON metrics(space_id) WHERE space_id IS NOT NULL;
CREATE UNIQUE INDEX idx_system_metrics_log_id
                        ON system_metrics(log_id) WHERE log_id IS NOT NULL;
CREATE INDEX idx_system_metrics_pending
                        ON system_metrics(space_id) WHERE space_id IS NOT NULL;
CREATE INDEX idx_metrics_run_record
                        ON metrics(run_id, run_name, timestamp);
CREATE UNIQUE INDEX idx_run_artifact_links_unique
                    ON run_artifact_links(
                        COALESCE(run_project, ''), COALESCE(run_id, ''),
                        COALESCE(run_name, ''), artifact_version_id, direction
                    );
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('metrics',22);
INSERT INTO "sqlite_sequence" VALUES('configs',6);
COMMIT;
