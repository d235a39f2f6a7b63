#include "wallctl/text.h"
#include <string.h>

static const char help_en[] =
    "wallctl: speaks to the running townwalld through its socket\n"
    "\n"
    "  wallctl status                                   how it is going\n"
    "  wallctl cameras import FILE [--dry-run]          take in cameras from a CSV file (- is "
    "standard input)\n"
    "  wallctl cases import FILE [--dry-run] [--partial]  take in a ledger from a CSV file\n"
    "  wallctl cases export FILE [--table T] [--area CODE] [--state S] [--department ID]\n"
    "                T: request_ledger dispute_ledger requests assigned done; .xlsx or .csv\n"
    "  wallctl cameras list                             all cameras with their state\n"
    "  wallctl cameras show ID                          one camera\n"
    "  wallctl areas findings                           what is wrong with the town's areas\n"
    "  wallctl users add LOGIN --role ROLE [--name NAME] [--area CODE] [--unit UNIT] "
    "--password-stdin\n"
    "  wallctl users password LOGIN --password-stdin    a new password, for one that was lost\n"
    "  wallctl users list\n"
    "  wallctl users change LOGIN [--name N] [--unit U] [--department ID] [--phone P]\n"
    "                [--grants ROLE[@AREA][/FROM..UNTIL],…] [--enable|--disable]\n"
    "  wallctl users unlock LOGIN, wallctl users totp-off LOGIN\n"
    "  wallctl departments list\n"
    "  wallctl departments add ID --name N [--name-en N] [--kind K] [--area CODE] [--parent ID]\n"
    "                [--leader NAME] [--phone P]        who work is given to\n"
    "  wallctl departments change ID …                  the same options, --enable, --disable\n"
    "  wallctl audit export                             the audit log, signed\n"
    "  wallctl audit verify FILE [--key KEY]            checks an exported one; asks no server\n"
    "  wallctl audit key                                the public key that signs it\n"
    "  wallctl routes                                   what can be asked, with which right\n"
    "  wallctl sensors import FILE [--dry-run]          the register of sensors, from a CSV file\n"
    "  wallctl sensors list\n"
    "  wallctl feeds add ID [--kind http|mqtt|cap|csv|pull] [--name NAME] [--dimension D]\n"
    "                [--mapping NAME|FILE] [--settings FILE] [--rate N] [--secret-stdin]\n"
    "                                                   a source of events; its key is shown once\n"
    "  wallctl feeds change ID …                        the same options\n"
    "  wallctl feeds rotate ID                          a new key; the old one is no longer good\n"
    "  wallctl feeds enable ID, wallctl feeds disable ID, wallctl feeds remove ID\n"
    "  wallctl feeds show ID\n"
    "  wallctl feeds list\n"
    "  wallctl feeds import FILE --feed ID [--dry-run]  past events from a CSV file\n"
    "  wallctl feeds rejected ID                        what it brought wrong, and why\n"
    "  wallctl feeds retry ID [--item ITEM], wallctl feeds drop ID [--item ITEM]\n"
    "                                                   take it now, forget it; all of it, or "
    "one\n"
    "  wallctl poison list                              events that could not be taken, and why\n"
    "  wallctl poison retry ID, wallctl poison drop ID\n"
    "  wallctl notify list [--state queued|failed|sent|given_up] [--channel ID]\n"
    "  wallctl notify retry ID|all [--channel ID]       messages that no gateway took, again\n"
    "  wallctl notify test CHANNEL                      sends a message without a case\n"
    "  wallctl backup FILE|DIR [--without-keys]         all data in one file, while the server "
    "runs\n"
    "  wallctl restore FILE                             puts it back; the server starts again\n"
    "  wallctl replay FILE [--rules RULES] [--labels FILE] [--areas GEOJSON] [--brief]\n"
    "                                                   what the rules make of a recording; asks "
    "no server\n"
    "\n"
    "  --socket PATH   default: $TOWNWALL_SOCKET, else /var/lib/townwall/wall.sock\n"
    "  --json          one JSON document on standard output\n"
    "  --lang zh|en    default: from the environment\n"
    "  --help, --version\n"
    "\n"
    "roles: call_taker operator grid_worker department_handler supervisor verifier mediator\n"
    "       deputy auditor front_desk leader system_admin security_auditor\n"
    "exit:  0 done, 1 refused or failed, 2 wrong usage, 3 server not reachable, 4 not found,\n"
    "       5 partly done\n";

static const char help_zh[] =
    "wallctl：通过本机套接字与正在运行的 townwalld 对话\n"
    "\n"
    "  wallctl status                                   运行情况\n"
    "  wallctl cameras import FILE [--dry-run]          从 CSV 文件导入摄像机（- 为标准输入）\n"
    "  wallctl cases import FILE [--dry-run] [--partial]  从 CSV 文件导入台账\n"
    "  wallctl cases export FILE [--table 表] [--area 区划代码] [--state 状态] [--department "
    "部门]\n"
    "                表：request_ledger dispute_ledger requests assigned done；.xlsx 或 .csv\n"
    "  wallctl cameras list                             全部摄像机及其状态\n"
    "  wallctl cameras show ID                          一路摄像机的详情\n"
    "  wallctl areas findings                           区划数据中的问题\n"
    "  wallctl users add LOGIN --role ROLE [--name 姓名] [--area 区划代码] [--unit 单位] "
    "--password-stdin\n"
    "  wallctl users password LOGIN --password-stdin    遗失密码时设置新密码\n"
    "  wallctl users list\n"
    "  wallctl users change LOGIN [--name 姓名] [--unit 单位] [--department 部门编号] [--phone "
    "电话]\n"
    "                [--grants 角色[@区划][/起..止],…] [--enable|--disable]\n"
    "  wallctl users unlock LOGIN, wallctl users totp-off LOGIN\n"
    "                                                   解锁，关闭动态码\n"
    "  wallctl departments list\n"
    "  wallctl departments add ID --name 名称 [--name-en 英文名] [--kind 类型] [--area 区划代码]\n"
    "                [--parent 上级] [--leader 负责人] [--phone 电话]\n"
    "  wallctl departments change ID …                  选项同上，--enable、--disable\n"
    "  wallctl audit export                             导出带签名的审计日志\n"
    "  wallctl audit verify FILE [--key 公钥]           离线核验导出的日志\n"
    "  wallctl audit key                                签名所用的公钥\n"
    "  wallctl routes                                   全部接口及所需权限\n"
    "  wallctl sensors import FILE [--dry-run]          从 CSV 文件导入传感器登记表\n"
    "  wallctl sensors list\n"
    "  wallctl feeds add ID [--kind http|mqtt|cap|csv|pull] [--name 名称] [--dimension 维度]\n"
    "                [--mapping 名称|文件] [--settings 文件] [--rate N] [--secret-stdin]\n"
    "                                                   添加数据源，密钥只显示一次\n"
    "  wallctl feeds change ID …                        选项同上\n"
    "  wallctl feeds rotate ID                          更换密钥，旧密钥随即失效\n"
    "  wallctl feeds enable ID, wallctl feeds disable ID, wallctl feeds remove ID\n"
    "                                                   启用、停用、删除\n"
    "  wallctl feeds show ID                            一个数据源的详情\n"
    "  wallctl feeds list\n"
    "  wallctl feeds import FILE --feed ID [--dry-run]  从 CSV 文件导入以往事件\n"
    "  wallctl feeds rejected ID                        无法读懂的条目及原因\n"
    "  wallctl feeds retry ID [--item 条目], wallctl feeds drop ID [--item 条目]\n"
    "                                                   重试，丢弃；全部或一条\n"
    "  wallctl poison list                              无法处理的事件及原因\n"
    "  wallctl poison retry ID, wallctl poison drop ID  重试，删除\n"
    "  wallctl notify list [--state queued|failed|sent|given_up] [--channel 通道]\n"
    "  wallctl notify retry ID|all [--channel 通道]     重新发送未送出的消息\n"
    "  wallctl notify test 通道                         发送一条测试消息\n"
    "  wallctl backup FILE|DIR [--without-keys]         运行中备份全部数据到一个文件\n"
    "  wallctl restore FILE                             恢复备份，服务器随即重新启动\n"
    "  wallctl replay FILE [--rules RULES] [--labels FILE] [--areas GEOJSON] [--brief]\n"
    "                                                   用规则重放一段录制的事件，不连服务器\n"
    "\n"
    "  --socket PATH   默认：$TOWNWALL_SOCKET，否则 /var/lib/townwall/wall.sock\n"
    "  --json          在标准输出上给出一份 JSON\n"
    "  --lang zh|en    默认取自环境变量\n"
    "  --help, --version\n"
    "\n"
    "角色：call_taker 接线员 · operator 值班员 · grid_worker 网格员 · department_handler "
    "部门办理员\n"
    "      supervisor 督办员 · verifier 回访员 · mediator 调解员 · deputy 人大代表 · auditor "
    "监督员\n"
    "      front_desk 综合受理 · leader 领导 · system_admin 系统管理员 · security_auditor "
    "安全审计员\n"
    "退出码：0 完成，1 被拒绝或失败，2 用法错误，3 连不上服务器，4 没有找到，5 部分完成\n";

static const char *const texts[TEXT_COUNT][2] = {
    [TEXT_HELP] = {help_en, help_zh},
    [TEXT_VERSION] = {"wallctl " TW_VERSION "\n", "wallctl " TW_VERSION "\n"},
    [TEXT_NO_SERVER] = {"cannot reach the server", "连不上服务器"},
    [TEXT_NO_ANSWER] = {"the server went away without an answer", "服务器没有应答就断开了"},
    [TEXT_REFUSED] = {"refused", "被拒绝"},
    [TEXT_TRY_HELP] = {"wallctl --help shows how it is used", "用法见 wallctl --help"},
    [TEXT_LEDGER] = {"%d rows: %d can be taken, %d are wrong, %d are like cases that are there; %d "
                     "imported\n",
                     "%d 行：%d 行可导入，%d 行有误，%d 行与已有案件相似；已导入 %d 件\n"},
    [TEXT_IMPORTED] = {"%d rows: %d created, %d updated, %d unchanged, %d refused\n",
                       "共 %d 行：新增 %d，更新 %d，未变 %d，拒绝 %d\n"},
    [TEXT_FINDINGS] = {"%d areas, %d findings\n", "共 %d 个区域，%d 个问题\n"},
    [TEXT_WOULD_IMPORT] =
        {"dry run, nothing was changed. %d rows: %d to create, %d to update, %d "
         "unchanged, %d refused\n",
         "试运行，未作任何更改。共 %d 行：将新增 %d，将更新 %d，未变 %d，拒绝 %d\n"},
    [TEXT_LINE] = {"line %d%s%s: %s\n", "第 %d 行%s%s：%s\n"},
    [TEXT_WARNING] = {"note, line %d%s%s: %s\n", "提示，第 %d 行%s%s：%s\n"},
    [TEXT_PASSWORD_SET] = {"%s has a new password\n", "已为 %s 设置新密码\n"},
    [TEXT_FEED_ON] = {"feed %s is enabled\n", "数据源 %s 已启用\n"},
    [TEXT_FEED_OFF] = {"feed %s is disabled\n", "数据源 %s 已停用\n"},
    [TEXT_FEED_KEY] = {"its key, shown only now:\n", "密钥（只显示这一次）：\n"},
    [TEXT_RETRIED] = {"%d taken, %d still wrong, %d left\n",
                      "已收 %d 条，仍有误 %d 条，剩余 %d 条\n"},
    [TEXT_DROPPED] = {"%d dropped, %d left\n", "已丢弃 %d 条，剩余 %d 条\n"},
    [TEXT_FEED_REMOVED] = {"the feed was removed\n", "数据源已删除\n"},
    [TEXT_TOOK_SENSORS] = {"%d rows: %d taken, %d refused\n", "共 %d 行：接受 %d，拒绝 %d\n"},
    [TEXT_WOULD_TAKE_SENSORS] = {"%d rows: would take %d, refuse %d\n",
                                 "共 %d 行：将接受 %d，拒绝 %d\n"},
    [TEXT_TOOK_EVENTS] = {"%d rows: %d taken, %d refused\n", "共 %d 行：接收 %d，拒绝 %d\n"},
    [TEXT_WOULD_TAKE_EVENTS] = {"dry run, nothing was taken. %d rows: %d good, %d to refuse\n",
                                "试运行，未接收任何事件。共 %d 行：合格 %d，将拒绝 %d\n"},
    [TEXT_AUDIT_HOLDS] =
        {"%lld records hold, number %lld to %lld; %lld signed heads, signed up to %lld\n"
         "key %s\n",
         "%lld 条记录完整，编号 %lld 至 %lld；签名 %lld 次，已签名至第 %lld 条\n公钥 %s\n"},
    [TEXT_AUDIT_KEY] = {"the key is the file's own: compare it with one that you noted\n",
                        "公钥取自文件本身：请与另行保存的公钥核对\n"},
    [TEXT_USER_ADDED] = {"added %s (%s)\n", "已添加 %s（%s）\n"},
};

const char *text_of(enum text text, enum language language)
{
    return texts[text][language == LANGUAGE_ZH];
}

const char *text_before(const char *code, enum language language)
{
    static const char *const table[][2] = {
        {"usage", "用法不对 / "},   {"not_found", "没有找到 / "},    {"partly", "部分完成 / "},
        {"refused", "没有接受 / "}, {"store", "没有存下 / "},        {"away", "事件总线不可用 / "},
        {"taken", "已被占用 / "},   {"conflict", "已被他人修改 / "}, {"file", "文件有问题 / "},
        {"full", "磁盘已满 / "},
    };
    if (language != LANGUAGE_ZH)
        return "";
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(table[i][0], code) == 0)
            return table[i][1];
    return "没有完成 / ";
}

char *text_help_of(const char *word, enum language language)
{
    g_autofree char *head = g_strdup_printf("  wallctl %s ", word);
    g_auto(GStrv) lines = g_strsplit(text_of(TEXT_HELP, language), "\n", -1);
    GString *out = g_string_new(NULL);
    bool within = false;
    for (char **line = lines; *line; line++) {
        bool begins = g_str_has_prefix(*line, "  wallctl ");
        within =
            begins ? g_str_has_prefix(*line, head) : within && g_str_has_prefix(*line, "     ");
        if (within)
            g_string_append_printf(out, "%s\n", *line);
    }
    return g_string_free(out, out->len == 0);
}
