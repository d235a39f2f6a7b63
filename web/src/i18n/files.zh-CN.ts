// Words of files: photographs and documents of cases.
export const filesZh = {
  title: '附件', film: '调解录像：由主持的调解员在“调解”页这次会议的“录像”里写明理由后查看', add: '添加照片或文件', photo: '拍照', save: '下载', withdraw: '撤下', why: '撤下的原因（记录在案）', before: '上一个', after: '下一个', document: '文档请下载后查看',
  failed: '没有取到这个附件', erased: '已按期限销毁', withdrawn: '已撤下（{name}：{reason}）', drop: '去掉 {name}', sending: '上传 {n}%', stillSending: '附件还在上传，完成后再提交',
  export: '导出', which: '表格', from: '受理起', until: '受理止', format: '格式', plain: '显示完整姓名和电话', plainWhy: '理由（记录在案，最多 1000 条）', exportHow: '按当前筛选导出，含已办结的；导出记入审计', take: '导出', making: '正在生成…', taken: '已导出 {n} 条',
  table: { request_ledger: '诉求台账', dispute_ledger: '矛盾纠纷台账', requests: '问题清单', assigned: '交办清单', done: '办结清单' } as Record<string, string>,
  import: '导入台账', importHow: '选择 CSV 或 XLSX（取第一张表），先检查后导入；导入记录在案，重复提交不会重复建案', chooseLedger: '选择文件', bringIn: '导入', tried: '{rows} 行：{ready} 行可导入，{bad} 行有误，{same} 行与已有案件相似', imported: '已导入 {n} 件',
  partial: '只导入无误的行', doubles: '相似的也导入', faults: '有误的行', line: '行', column: '列', fault: '原因', same: '与已有案件相似（默认跳过）', hidden: '您无权查看的案件', columns: '列的含义', leftOut: '不导入',
  field: { title: '标题', accepted: '受理时间', code: '原编号', channel: '来源渠道', name: '诉求人 / 当事人', phone: '联系电话', id_number: '身份证号', area: '所属区域', address: '地址', text: '内容', category: '类别', grade: '分级', ledger: '台账', dispute: '纠纷类型', scale: '规模', colour: '预警颜色', lead: '责任单位', result: '办理结果', closed: '办结时间', satisfaction: '满意度', state: '状态', lon: '经度', lat: '纬度' } as Record<string, string>,
  state: { waiting: '等待上传', pausing: '连接中断，将自动重传', refused: '未接收', done: '已上传' } as Record<string, string>,
};
