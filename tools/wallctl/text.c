#include "wallctl/text.h"

static const char help_en[] =
    "wallctl: speaks to the running townwalld through its socket\n"
    "\n"
    "  wallctl status                                   how it is going\n"
    "  wallctl cameras import FILE [--dry-run]          take in cameras from a CSV file (- is "
    "standard input)\n"
    "  wallctl cameras list                             all cameras with their state\n"
    "  wallctl cameras show ID                          one camera\n"
    "  wallctl users add LOGIN --role ROLE [--name NAME] [--area CODE] [--unit UNIT] "
    "--password-stdin\n"
    "  wallctl users password LOGIN --password-stdin    a new password, for one that was lost\n"
    "  wallctl users list\n"
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
    "  wallctl cameras list                             全部摄像机及其状态\n"
    "  wallctl cameras show ID                          一路摄像机的详情\n"
    "  wallctl users add LOGIN --role ROLE [--name 姓名] [--area 区划代码] [--unit 单位] "
    "--password-stdin\n"
    "  wallctl users password LOGIN --password-stdin    遗失密码时设置新密码\n"
    "  wallctl users list\n"
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
    [TEXT_IMPORTED] = {"%d rows: %d created, %d updated, %d unchanged, %d refused\n",
                       "共 %d 行：新增 %d，更新 %d，未变 %d，拒绝 %d\n"},
    [TEXT_WOULD_IMPORT] =
        {"dry run, nothing was changed. %d rows: %d to create, %d to update, %d "
         "unchanged, %d refused\n",
         "试运行，未作任何更改。共 %d 行：将新增 %d，将更新 %d，未变 %d，拒绝 %d\n"},
    [TEXT_LINE] = {"line %d%s%s: %s\n", "第 %d 行%s%s：%s\n"},
    [TEXT_WARNING] = {"note, line %d%s%s: %s\n", "提示，第 %d 行%s%s：%s\n"},
    [TEXT_PASSWORD_SET] = {"%s has a new password\n", "已为 %s 设置新密码\n"},
    [TEXT_USER_ADDED] = {"added %s (%s)\n", "已添加 %s（%s）\n"},
};

const char *text_of(enum text text, enum language language)
{
    return texts[text][language == LANGUAGE_ZH];
}
